package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Makes requests out of the description: right ones, ones that break it, and ones that cannot be read. */
public final class RequestMaker {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final List<String> HOSTILE = List.of(
            "",
            " ",
            "\u0000",
            "../../etc/passwd",
            "%",
            "%2F%zz",
            "\ud83d\ude00",
            "\ud800",
            "a".repeat(65),
            "a".repeat(20_000),
            "a-".repeat(60) + "!",
            "$LATEST.PUBLISHED",
            "fuzz-a:$LATEST:live",
            "arn:aws:lambda:eu-west-1:000000000000:function:fuzz-a",
            "arn:aws:lambda:us-east-1:111111111111:function:fuzz-a",
            "arn::lambda:fuzz-a",
            "99999999999999999999",
            "-1",
            "0",
            "NaN",
            "null",
            "{}",
            "\"}",
            "x\r\nX-Evil: 1");
    private static final List<Object> NUMBERS = List.of(
            0,
            1,
            2,
            -1,
            3,
            10,
            60,
            128,
            512,
            900,
            901,
            10_240,
            10_241,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            4_294_967_297L,
            Long.MAX_VALUE,
            0.5,
            1.5,
            -0.0,
            1e300);

    private final Random random;
    private final List<Operation> operations;
    private final List<String> samples;
    private final Set<String> rare = new HashSet<>();
    private double wildness;

    /** @param samples texts of which some fit each shape that matters */
    public RequestMaker(long seed, List<String> samples) {
        this.random = new Random(seed);
        this.samples = samples;
        this.operations = Operations.described().all().stream()
                .sorted(Comparator.comparing(Operation::name))
                .toList();
    }

    /** @param path with the query, encoded */
    @SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
    public record Made(String operation, String method, String path, Map<String, String> headers, byte[] body) {}

    /** Of an operation or a member that is refused for what it is, so that others get their turn. */
    public void rarely(String name) {
        rare.add(name);
    }

    /** One of any operation. */
    public Made next() {
        // Half of them are wholly right, as far as the description can say.
        wildness = random.nextBoolean() ? 0 : 0.2;
        Operation operation = anyOperation();
        StringBuilder query = new StringBuilder();
        operation.query().forEach((name, value) -> append(query, name, value));
        Map<String, String> path = new TreeMap<>();
        Map<String, String> headers = new TreeMap<>();
        for (Member member : operation.input().members()) {
            switch (member.place()) {
                case PATH -> path.put(member.wireName(), text(member));
                case QUERY -> {
                    if (isWanted(member)) {
                        append(query, member.wireName(), text(member));
                    }
                }
                case HEADER -> {
                    if (isWanted(member)) {
                        headers.put(member.wireName(), text(member).replaceAll("[^\\x20-\\x7e]", "?"));
                    }
                }
                case BODY -> {}
            }
        }
        if (isWild()) {
            append(query, "X" + random.nextInt(9), anyText());
        }
        return new Made(operation.name(), operation.method(), path(operation, path) + query, headers, body(operation));
    }

    private Operation anyOperation() {
        Operation operation = operations.get(random.nextInt(operations.size()));
        return isTooRare(operation.name()) ? anyOperation() : operation;
    }

    private boolean isTooRare(String name) {
        return rare.contains(name) && random.nextInt(30) != 0;
    }

    private String path(Operation operation, Map<String, String> labels) {
        StringBuilder path = new StringBuilder();
        for (String segment : operation.path().segments()) {
            boolean isLabel = segment.startsWith("{");
            path.append('/')
                    .append(
                            isLabel
                                    ? encoded(labels.getOrDefault(segment.substring(1, segment.length() - 1), ""))
                                    : segment);
        }
        return isWild() ? path + "/" : path.toString();
    }

    private byte[] body(Operation operation) {
        byte[] body;
        if (operation.hasMembersInBody()) {
            body = bytes(structure(operation.input()));
        } else {
            body = operation.method().equals("POST") ? bytes(anyValue(3)) : new byte[0];
        }
        return isWild() ? broken(body) : body;
    }

    private byte[] broken(byte[] body) {
        byte[] broken = body.clone();
        switch (random.nextInt(5)) {
            case 0 -> broken = Arrays.copyOf(broken, random.nextInt(broken.length + 1));
            case 1 -> broken = Arrays.copyOf(broken, broken.length + 7);
            case 2 -> broken = "[".repeat(1 + random.nextInt(2000)).getBytes(StandardCharsets.UTF_8);
            case 3 ->
                broken = ("{\"MaximumRetryAttempts\":" + "9".repeat(1 + random.nextInt(5000)) + "}")
                        .getBytes(StandardCharsets.UTF_8);
            default -> {
                for (int flips = 0; broken.length > 0 && flips < 3; flips++) {
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
                }
            }
        }
        return broken;
    }

    private ObjectNode structure(StructureShape shape) {
        ObjectNode object = JSON.objectNode();
        for (Member member : shape.members()) {
            if (member.place() == Member.Place.BODY && isWanted(member)) {
                object.set(member.name(), isWild() ? anyValue(2) : value(member.shape()));
            }
        }
        return object;
    }

    private JsonNode value(Shape shape) {
        if (shape instanceof StructureShape structure) {
            return structure(structure);
        }
        if (shape instanceof ListShape list) {
            ArrayNode array = JSON.arrayNode();
            for (int count = random.nextInt(3); count > 0; count--) {
                array.add(value(list.element()));
            }
            return array;
        }
        if (shape instanceof MapShape map) {
            ObjectNode object = JSON.objectNode();
            for (int count = random.nextInt(3); count > 0; count--) {
                object.set(fitting(map.key()), value(map.value()));
            }
            return object;
        }
        ScalarKind kind = ((ScalarShape) shape).kind();
        if (kind.equals(ScalarKind.TRUTH)) {
            return JSON.booleanNode(random.nextBoolean());
        }
        if (kind.equals(ScalarKind.TEXT) || kind.equals(ScalarKind.BLOB)) {
            return JSON.textNode(fitting(shape));
        }
        return number(shape);
    }

    private JsonNode number(Shape shape) {
        for (int tries = 0; tries < 20; tries++) {
            JsonNode number = MAPPER.valueToTree(NUMBERS.get(random.nextInt(NUMBERS.size())));
            if (isWild() || (number.canConvertToInt() && number.isIntegralNumber() && shape.fits(number))) {
                return number;
            }
        }
        return JSON.numberNode(1);
    }

    private String text(Member member) {
        if (member.shape() instanceof ListShape list) {
            return fitting(list.element());
        }
        return ((ScalarShape) member.shape()).kind().equals(ScalarKind.INTEGER)
                ? number(member.shape()).asText()
                : fitting(member.shape());
    }

    /** Nearly always one that fits. */
    private String fitting(Shape shape) {
        if (isWild()) {
            return anyText();
        }
        List<String> values = values(shape);
        List<String> fitting = values.isEmpty()
                ? samples.stream()
                        .filter(text -> shape.fits(TextNode.valueOf(text)))
                        .toList()
                : values;
        return fitting.isEmpty() ? anyText() : fitting.get(random.nextInt(fitting.size()));
    }

    private static List<String> values(Shape shape) {
        String listed = "Member must satisfy enum value set: [";
        return shape.rules().stream()
                .filter(rule -> rule.startsWith(listed))
                .flatMap(rule -> Arrays.stream(
                        rule.substring(listed.length(), rule.length() - 1).split(", ")))
                .toList();
    }

    private String anyText() {
        List<String> from = random.nextInt(3) == 0 ? samples : HOSTILE;
        return from.get(random.nextInt(from.size()));
    }

    private JsonNode anyValue(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> MAPPER.valueToTree(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 5 -> JSON.arrayNode().add(anyValue(depth - 1)).add(anyValue(depth - 1));
            case 6 -> JSON.objectNode().set(anyText(), anyValue(depth - 1));
            default -> JSON.textNode(anyText());
        };
    }

    private boolean isWanted(Member member) {
        return member.isRequired() ? !isWild() : random.nextInt(3) == 0 && !isTooRare(member.name());
    }

    private boolean isWild() {
        return random.nextDouble() < wildness;
    }

    private void append(StringBuilder query, String name, String value) {
        query.append(query.length() == 0 ? '?' : '&')
                .append(encoded(name))
                .append('=')
                .append(encoded(value));
    }

    /** Nearly always encoded as it should be. */
    private String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = (octet >= '0' && octet <= '9')
                    || (octet >= 'A' && octet <= 'Z')
                    || (octet >= 'a' && octet <= 'z')
                    || "-_.~".indexOf(octet) >= 0;
            encoded.append(isPlain ? String.valueOf((char) octet) : String.format("%%%02X", octet & 0xff));
        }
        return encoded.toString();
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
