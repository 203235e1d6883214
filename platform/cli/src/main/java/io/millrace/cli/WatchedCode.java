package io.millrace.cli;

import java.nio.file.Path;

/** Tells a server in development mode where the code of a function comes from, so that it takes what is saved there. */
final class WatchedCode {
    private static final String DEV_MODE = "/_millrace/dev";

    private WatchedCode() {}

    /**
     * @param done what became of the function before
     * @return for the user, empty when the server is not in development mode
     */
    static String tell(LambdaClient client, String function, Path code, String done) {
        if (!client.exists(DEV_MODE)) {
            return "";
        }
        Path source = code.toAbsolutePath().normalize();
        try {
            client.send(
                    "PUT",
                    DEV_MODE + "/functions/" + LambdaClient.segment(function),
                    Json.object().put("source", source.toString()));
        } catch (CommandFailedException refused) {
            throw new CommandFailedException(
                    "function " + function + " was " + done + ", but is not watched: " + refused.getMessage());
        }
        return ", watching " + source;
    }
}
