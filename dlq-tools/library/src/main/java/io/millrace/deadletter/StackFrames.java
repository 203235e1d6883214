package io.millrace.deadletter;

import java.util.List;
import java.util.Optional;

/** Finds in a stack trace, of Java, JavaScript or Python, where the application's own code failed. */
final class StackFrames {
    private static final String JAVA_FRAME = "at ";
    private static final String PYTHON_FRAME = "File \"";
    private static final List<String> NOT_THE_APPLICATION = List.of(
            "java.",
            "javax.",
            "jakarta.",
            "jdk.",
            "sun.",
            "com.sun.",
            "kotlin.",
            "scala.",
            "io.millrace.",
            "io.vertx.",
            "io.netty.",
            "org.springframework.",
            "org.apache.",
            "node:",
            "internal/");

    private StackFrames() {}

    /** The topmost frame of the application, else the topmost one; without its line number. */
    static Optional<String> top(String stackTrace) {
        String first = "";
        String lastOfPython = "";
        int start = 0;
        while (start < stackTrace.length()) {
            int end = stackTrace.indexOf('\n', start);
            end = end < 0 ? stackTrace.length() : end;
            String line = stackTrace.substring(start, end).strip();
            if (line.startsWith(JAVA_FRAME)) {
                String frame = withoutLine(line.substring(JAVA_FRAME.length()));
                if (isOfApplication(frame)) {
                    return Optional.of(frame);
                }
                first = first.isEmpty() ? frame : first;
            } else if (line.startsWith(PYTHON_FRAME)) {
                lastOfPython = NormalisedMessage.of(line.replaceFirst(", line \\d+", ""));
            }
            start = end + 1;
        }
        String found = first.isEmpty() ? lastOfPython : first;
        return found.isEmpty() ? Optional.empty() : Optional.of(found);
    }

    // Java says "loader/module/Class.method(File.java:7)", JavaScript "function (file:///path/file.mjs:7:9)".
    private static String withoutLine(String frame) {
        String normalised = NormalisedMessage.of(frame);
        int parenthesis = normalised.indexOf('(');
        return parenthesis > 0 && normalised.indexOf(' ') < 0 ? normalised.substring(0, parenthesis) : normalised;
    }

    private static boolean isOfApplication(String frame) {
        String name = frame.substring(frame.lastIndexOf('/', Math.max(0, frame.indexOf('('))) + 1);
        return NOT_THE_APPLICATION.stream().noneMatch(prefix -> name.startsWith(prefix) || frame.startsWith(prefix));
    }
}
