package io.millrace.console;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Gives back what it got and logs how much that was; fails when that has the word {@code fail} in it. */
final class Shout implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        byte[] event = input.readAllBytes();
        String text = new String(event, StandardCharsets.UTF_8);
        context.getLogger().log("got " + event.length + " bytes: " + text + "\n");
        if (text.contains("fail")) {
            throw new IllegalStateException("cannot ship " + text);
        }
        output.write(event);
    }
}
