package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One page of a list, as the query's Marker and MaxItems ask for it.
 *
 * @param nextMarker empty on the last page
 */
record Page<T>(List<T> items, String nextMarker) {
    private static final int LONGEST = 50;

    /**
     * @param all in the order of {@code key}
     * @param key where an item stands; the next page goes on behind the last one, whatever has come or gone meanwhile
     */
    static <T> Page<T> of(Request request, List<T> all, Function<T, String> key) {
        return of(request, all, key, LONGEST);
    }

    /** @param longest items on a page, however many are asked for */
    static <T> Page<T> of(Request request, List<T> all, Function<T, String> key, int longest) {
        return of(request, all.stream(), key, longest);
    }

    /** As of a list, but looks only as far as the page goes. */
    static <T> Page<T> of(Request request, Stream<T> all, Function<T, String> key) {
        return of(request, all, key, LONGEST);
    }

    private static <T> Page<T> of(Request request, Stream<T> all, Function<T, String> key, int longest) {
        int size = Math.min(
                longest, request.query("MaxItems").map(Integer::valueOf).orElse(longest));
        String marker = request.query("Marker").orElse("");
        // One more than fits tells whether there is another page.
        List<T> found = all.filter(item -> key.apply(item).compareTo(marker) > 0)
                .limit(size + 1L)
                .toList();
        List<T> page = found.subList(0, Math.min(found.size(), size));
        return new Page<>(page, page.size() < found.size() ? key.apply(page.get(page.size() - 1)) : "");
    }

    /** A number as a key: in the order of numbers, though keys are compared as texts. */
    static String key(int number) {
        return String.format("%010d", number);
    }

    Reply reply(String member, Function<T, ? extends JsonNode> render) {
        ObjectNode body = Json.object();
        ArrayNode shown = body.putArray(member);
        items.forEach(item -> shown.add(render.apply(item)));
        if (!nextMarker.isEmpty()) {
            body.put("NextMarker", nextMarker);
        }
        return Reply.json(200, body);
    }
}
