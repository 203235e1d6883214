package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One page of a list, as Limit and NextToken ask for it. The token is where the page before ended, so that the next one
 * goes on behind it, whatever has come or gone meanwhile.
 */
final class Page {
    private static final int LONGEST = 100;

    private Page() {}

    /** @param key unique; the order of the list */
    static <T> ObjectNode of(
            BusRequest request, String member, List<T> all, Function<T, String> key, BiConsumer<ArrayNode, T> render) {
        int size = request.members().integer("Limit").orElse(LONGEST);
        if (size < 1 || size > LONGEST) {
            throw Refusal.validation("Limit is '" + size + "', expected 1 to " + LONGEST);
        }
        Optional<String> last = request.members().text("NextToken").map(Page::decode);
        request.requireAllRead();
        List<T> rest = all.stream()
                .sorted(Comparator.comparing(key))
                .filter(item ->
                        last.filter(end -> key.apply(item).compareTo(end) <= 0).isEmpty())
                .toList();
        List<T> page = rest.subList(0, Math.min(rest.size(), size));
        ObjectNode body = BusRequest.answer();
        ArrayNode shown = body.putArray(member);
        page.forEach(item -> render.accept(shown, item));
        if (page.size() < rest.size()) {
            body.put("NextToken", encode(key.apply(page.get(page.size() - 1))));
        }
        return body;
    }

    private static String encode(String key) {
        return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOurs) {
            throw Refusal.validation("NextToken is '" + token + "', expected one of an answer");
        }
    }
}
