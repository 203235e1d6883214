package io.millrace.runtime.eventbus;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * @param paths from names to valid paths into the event
 * @param template a valid one, with names in angle brackets
 */
public record InputTransformer(SortedMap<String, String> paths, String template) {
    public InputTransformer {
        paths = Collections.unmodifiableSortedMap(new TreeMap<>(paths));
    }

    public static InputTransformer of(Map<String, String> paths, String template) {
        return new InputTransformer(new TreeMap<>(paths), template);
    }
}
