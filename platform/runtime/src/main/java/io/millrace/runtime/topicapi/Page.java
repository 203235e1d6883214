package io.millrace.runtime.topicapi;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a list. The token is where the page before ended, so that the next one goes on behind it, whatever has
 * come or gone meanwhile.
 */
record Page<T>(List<T> items, Optional<String> nextToken) {
    private static final int SIZE = 100;

    /** @param key unique; the order of the list */
    static <T> Page<T> of(TopicRequest request, List<T> all, Function<T, String> key) {
        Optional<String> last = request.parameters()
                .text("NextToken")
                .filter(token -> !token.isEmpty())
                .map(Page::decode);
        List<T> rest = all.stream()
                .sorted(Comparator.comparing(key))
                .filter(item ->
                        last.filter(end -> key.apply(item).compareTo(end) <= 0).isEmpty())
                .toList();
        List<T> page = rest.subList(0, Math.min(rest.size(), SIZE));
        return new Page<>(
                page,
                page.size() < rest.size()
                        ? Optional.of(encode(key.apply(page.get(page.size() - 1))))
                        : Optional.empty());
    }

    private static String encode(String key) {
        return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOurs) {
            throw Refusal.parameter("NextToken Reason: '" + token + "' is none of an answer");
        }
    }

    Xml finish(Xml body) {
        nextToken.ifPresent(token -> body.put("NextToken", token));
        return body;
    }
}
