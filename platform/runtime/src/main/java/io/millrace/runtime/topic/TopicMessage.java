package io.millrace.runtime.topic;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is published to a topic. */
public record TopicMessage(String text, Optional<String> subject, SortedMap<String, TopicAttribute> attributes) {
    public TopicMessage {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    public static TopicMessage of(String text, Optional<String> subject, Map<String, TopicAttribute> attributes) {
        return new TopicMessage(text, subject, new TreeMap<>(attributes));
    }
}
