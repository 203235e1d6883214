package io.millrace.runtime.topicapi;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The parameters of a request, each read or refused. For one thread. */
final class Parameters {
    /** Ten messages with ten attributes each need fewer. */
    private static final int MOST = 1_024;

    /** Of every request; who calls is looked at elsewhere. */
    private static final Set<String> COMMON = Set.of("Action", "Version");

    private final Map<String, String> values = new LinkedHashMap<>();
    private final Set<String> unread = new TreeSet<>();

    private Parameters() {}

    static Parameters of(byte[] form) {
        Parameters parameters = new Parameters();
        QueryStringDecoder decoder;
        try {
            decoder = new QueryStringDecoder(
                    new String(form, StandardCharsets.UTF_8), StandardCharsets.UTF_8, false, MOST);
            decoder.parameters()
                    .forEach((name, found) -> parameters.values.put(name, found.isEmpty() ? "" : found.get(0)));
        } catch (IllegalArgumentException malformed) {
            throw Refusal.value("the body is no form: " + malformed.getMessage());
        }
        parameters.unread.addAll(parameters.values.keySet());
        parameters.unread.removeAll(COMMON);
        return parameters;
    }

    String action() {
        return values.getOrDefault("Action", "");
    }

    Optional<String> text(String name) {
        unread.remove(name);
        return Optional.ofNullable(values.get(name));
    }

    String required(String name) {
        return text(name).orElseThrow(() -> Refusal.parameter(name + " Reason: no value for required parameter"));
    }

    /** The elements of a list or map, each with what follows the number: {@code entry.1.key} as {@code key}. */
    List<String> elements(String list) {
        List<String> found = new ArrayList<>();
        for (int i = 1; hasBelow(list + "." + i); i++) {
            found.add(list + "." + i);
        }
        return found;
    }

    private boolean hasBelow(String prefix) {
        return values.keySet().stream().anyMatch(name -> name.equals(prefix) || name.startsWith(prefix + "."));
    }

    /** A map of texts, as {@code Attributes.entry.1.key} and {@code .value}. */
    Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String entry : elements(name + ".entry")) {
            map.put(required(entry + ".key"), text(entry + ".value").orElse(""));
        }
        return map;
    }

    /** What is below needs no reading any more. */
    void passOver(String prefix) {
        unread.removeIf(name -> name.startsWith(prefix + "."));
    }

    /** @throws Refusal if there is a parameter that nobody looked at */
    void requireAllRead() {
        if (!unread.isEmpty()) {
            throw Refusal.parameter(unread.iterator().next() + " Reason: not supported by this server for " + action());
        }
    }
}
