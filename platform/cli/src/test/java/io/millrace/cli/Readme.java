package io.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The README as its reader copies from it. */
final class Readme {
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private static final Pattern RUN =
            Pattern.compile("<!-- run -->\n```sh\n(.*?)```\n(?:```text\n(.*?)```)?", Pattern.DOTALL);
    private static final Pattern FROM =
            Pattern.compile("<!-- from: (\\S+)#(\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);

    private final String text = read(ROOT.resolve("README.md"));

    /** @param shows what its output must contain */
    record Command(String script, Optional<String> shows) {}

    record Sample(Path source, String tag, String code) {
        /** What stands between the tags in the source, without their common indentation. */
        String region() {
            String all = read(ROOT.resolve(source));
            int start = all.indexOf("// tag::" + tag + "[]");
            int end = all.indexOf("// end::" + tag + "[]");
            return all.substring(all.indexOf('\n', start) + 1, all.lastIndexOf('\n', end))
                            .stripIndent()
                    + "\n";
        }
    }

    List<Command> commands() {
        List<Command> commands = new ArrayList<>();
        Matcher matcher = RUN.matcher(text);
        while (matcher.find()) {
            commands.add(new Command(matcher.group(1), Optional.ofNullable(matcher.group(2))));
        }
        return commands;
    }

    List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        Matcher matcher = FROM.matcher(text);
        while (matcher.find()) {
            samples.add(new Sample(Path.of(matcher.group(1)), matcher.group(2), matcher.group(3)));
        }
        return samples;
    }

    String text() {
        return text;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
