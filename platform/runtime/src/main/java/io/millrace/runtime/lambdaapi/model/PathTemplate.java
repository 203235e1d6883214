package io.millrace.runtime.lambdaapi.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The path of an operation: segments that are given, and labels in braces that stand for one segment each. */
record PathTemplate(List<String> segments) {

    static PathTemplate of(String text) {
        return new PathTemplate(split(text));
    }

    /** Without the slash at the end, in which SDKs differ. */
    static List<String> split(String path) {
        int end = path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
        List<String> segments = new ArrayList<>();
        int start = path.startsWith("/") ? 1 : 0;
        for (int slash = path.indexOf('/', start); slash >= 0 && slash < end; slash = path.indexOf('/', start)) {
            segments.add(path.substring(start, slash));
            start = slash + 1;
        }
        segments.add(path.substring(Math.min(start, end), end));
        return segments;
    }

    /** What the labels stand for, still encoded, if this is the path of the template. */
    Optional<Map<String, String>> match(List<String> path) {
        // Most are another operation's, and are told by what is given.
        for (int index = 0; index < segments.size(); index++) {
            String expected = segments.get(index);
            String actual = path.get(index);
            if (isLabel(expected) ? actual.isEmpty() : !expected.equals(actual)) {
                return Optional.empty();
            }
        }
        Map<String, String> labels = new HashMap<>();
        for (int index = 0; index < segments.size(); index++) {
            String label = segments.get(index);
            if (isLabel(label)) {
                labels.put(label.substring(1, label.length() - 1), path.get(index));
            }
        }
        return Optional.of(labels);
    }

    private static boolean isLabel(String segment) {
        return segment.startsWith("{");
    }
}
