package io.millrace.runtime.lambdaapi.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All operations of the API, found by what a request says it wants. Thread-safe. */
public final class Operations {
    private final Map<String, Operation> byName;
    private final Map<Form, List<Operation>> byForm;

    Operations(Collection<Operation> operations) {
        this.byName = operations.stream().collect(Collectors.toUnmodifiableMap(Operation::name, Function.identity()));
        this.byForm = operations.stream()
                .sorted(Comparator.comparing(
                                (Operation operation) -> operation.query().isEmpty())
                        .thenComparing(Operation::name))
                .collect(Collectors.groupingBy(operation ->
                        new Form(operation.method(), operation.path().segments().size())));
    }

    /** As the description that comes with this platform has them. */
    public static Operations described() {
        return Description.read();
    }

    public Collection<Operation> all() {
        return byName.values();
    }

    /** @throws IllegalArgumentException if there is none */
    public Operation named(String name) {
        Operation operation = byName.get(name);
        if (operation == null) {
            throw new IllegalArgumentException("The Lambda API has no operation " + name);
        }
        return operation;
    }

    /**
     * @param path as it came, not decoded: an encoded slash is part of a parameter
     * @param query the first value of a parameter of the query, decoded
     */
    public Optional<Match> find(String method, String path, Function<String, Optional<String>> query) {
        List<String> segments = PathTemplate.split(path);
        for (Operation operation : byForm.getOrDefault(new Form(method, segments.size()), List.of())) {
            Optional<Map<String, String>> labels = operation.path().match(segments);
            if (labels.isPresent() && asks(operation, query)) {
                return Optional.of(new Match(operation, labels.get()));
            }
        }
        return Optional.empty();
    }

    private static boolean asks(Operation operation, Function<String, Optional<String>> query) {
        return operation.query().entrySet().stream().allMatch(wanted -> query.apply(wanted.getKey())
                .filter(wanted.getValue()::equals)
                .isPresent());
    }

    /**
     * What a request wants.
     *
     * @param encoded the parameters of the path as they came
     */
    public record Match(Operation operation, Map<String, String> encoded) {

        /**
         * Decoded.
         *
         * @throws MalformedRequestException if one of them cannot be
         */
        public Map<String, String> pathParameters() {
            Map<String, String> decoded = new HashMap<>(encoded);
            decoded.replaceAll((label, text) -> PercentEncoding.decode(text));
            return decoded;
        }
    }

    /** By which operations are told apart at once. */
    private record Form(String method, int segments) {}
}
