package io.millrace.runtime.lambdaapi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests against the description, in Lambda's words (lambda-semantics 1.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class RequestCheckTest {
    private final Operations operations = Operations.described();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            CreateAlias     | {"Name": "live"}                                      | 1 validation error detected: Value null at 'functionVersion' failed to satisfy constraint: Member must not be null
            CreateAlias     | {"Name": null, "FunctionVersion": null}               | 2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value null at 'functionVersion' failed to satisfy constraint: Member must not be null
            CreateAlias     | {"Name": "", "FunctionVersion": "1"}                  | 2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)
            CreateAlias     | {"Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 2}}}   | 1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]
            CreateFunctionUrlConfig | {"AuthType": "NONE", "Cors": {"AllowMethods": ["GET", "OPTIONS"]}} | 1 validation error detected: Value '[GET, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*, Member must not be null]
            UpdateFunctionConfiguration | {"KMSKeyArn": "key"}                       | `1 validation error detected: Value 'key' at 'kMSKeyArn' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`
            UpdateFunctionConfiguration | {"Environment": {"Variables": {"A": "secret"}}} | 1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]
            UpdateFunctionConfiguration | {"EphemeralStorage": {}}                   | 1 validation error detected: Value null at 'ephemeralStorage.size' failed to satisfy constraint: Member must not be null
            UpdateFunctionConfiguration | {"Timeout": 901, "MemorySize": 10241}      | 2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900; Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240
            CreateEventSourceMapping | {"FunctionName": "f", "StartingPosition": "X", "SourceAccessConfigurations": [{"Type": "BASIC_AUTH"}, {"Type": "NO"}, null]} | 3 validation errors detected: Value 'X' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]; Value 'NO' at 'sourceAccessConfigurations.2.member.type' failed to satisfy constraint: Member must satisfy enum value set: [BASIC_AUTH, VPC_SUBNET, VPC_SECURITY_GROUP, SASL_SCRAM_512_AUTH, SASL_SCRAM_256_AUTH, VIRTUAL_HOST, CLIENT_CERTIFICATE_TLS_AUTH, SERVER_ROOT_CA_CERTIFICATE]; Value null at 'sourceAccessConfigurations.3.member' failed to satisfy constraint: Member must not be null
            TagResource     | {"Tags": {"k": null}}                                  | 1 validation error detected: Value '{k=null}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*), Member must not be null]
            """)
    void what_breaks_the_description_is_named(String operation, String body, String message) throws IOException {
        Operation checked = operations.named(operation);
        ObjectNode read = read(checked, body);

        assertThatThrownBy(() -> checked.check(given(operation), read))
                .isInstanceOf(ConstraintViolationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"Timeout": "3"}                                | STRING_VALUE can not be converted to an Integer at 'timeout'
            {"Timeout": 3.5}                                | NUMBER_VALUE can not be converted to an Integer at 'timeout'
            {"Timeout": 4294967297}                         | NUMBER_VALUE can not be converted to an Integer at 'timeout'
            {"Timeout": true}                               | TRUE_VALUE can not be converted to an Integer at 'timeout'
            {"Timeout": [3]}                                | Start of list found where not expected at 'timeout'
            {"Handler": {}}                                 | Start of structure or map found where not expected at 'handler'
            {"Handler": 3}                                  | NUMBER_VALUE can not be converted to a String at 'handler'
            {"Layers": "a"}                                 | Expected list or null at 'layers'
            {"Layers": ["a", 3]}                            | NUMBER_VALUE can not be converted to a String at 'layers.2.member'
            {"Environment": []}                             | Expected structure or null at 'environment'
            {"Environment": {"Variables": []}}              | Expected map or null at 'environment.variables'
            []                                              | Expected an object as the body
            {} {}                                           | Unexpected token behind the object of the body
            """)
    void what_has_another_type_cannot_be_read(String body, String message) {
        assertThatThrownBy(() -> read(operations.named("UpdateFunctionConfiguration"), body))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessage(message);
    }

    @Test
    void what_the_operation_does_not_know_is_passed_over_and_not_kept() throws IOException {
        ObjectNode read = read(
                operations.named("UpdateAlias"),
                "{\"X\": [1, {\"Y\": 2}], \"Description\": \"d\", \"FunctionName\": 3, \"FunctionVersion\": null}");

        assertThat(read).hasToString("{\"Description\":\"d\",\"FunctionVersion\":null}");
    }

    @Test
    void numbers_of_a_million_digits_and_a_million_values_are_refused_quickly() {
        Operation update = operations.named("UpdateFunctionConfiguration");

        assertThat(catchThrowable(() -> read(update, "{\"Timeout\": " + "9".repeat(1_000_000) + "}")))
                .isNotNull();
        assertThatThrownBy(() -> read(update, "{\"Layers\": [" + "\"\",".repeat(1_000_000) + "\"\"]}"))
                .hasMessage("The body has more than 100000 values");
    }

    @Test
    void of_a_long_value_and_of_many_violations_only_the_first_are_told() throws IOException {
        Operation update = operations.named("UpdateFunctionConfiguration");
        ObjectNode read = read(
                update,
                "{\"Description\": \"" + "d".repeat(1_000_000) + "\", \"FileSystemConfigs\": [" + "{},".repeat(10_000)
                        + "{}]}");

        assertThatThrownBy(() -> update.check(given("UpdateFunctionConfiguration"), read))
                .hasMessageStartingWith("100 validation errors detected: Value 'ddd")
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(30_000));
    }

    @Test
    void no_pattern_takes_long_over_any_text() {
        // Given what makes patterns with nested repetitions go back and forth
        List<String> hostile = List.of(
                "a".repeat(9_999) + "!",
                "a.".repeat(5_000) + "!",
                "a-".repeat(5_000) + "!",
                "arn:aws:lambda:us-east-1:000000000000:function:" + "a".repeat(9_000) + "!",
                "arn:" + "aws-".repeat(2_000) + "!",
                " ".repeat(10_000) + "\n",
                "é".repeat(10_000) + "\u0000");
        Set<Shape> seen = new HashSet<>();
        operations.all().forEach(operation -> collect(operation.input(), seen));
        List<ScalarShape> texts = seen.stream()
                .filter(ScalarShape.class::isInstance)
                .map(ScalarShape.class::cast)
                .filter(shape -> shape.kind().equals(ScalarKind.TEXT))
                .toList();
        assertThat(texts).hasSizeGreaterThan(50);
        // When
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        for (ScalarShape shape : texts) {
            for (String text : hostile) {
                for (int length : new int[] {64, 140, 256, 1024, 2048, text.length()}) {
                    String cut = text.substring(0, Math.min(length, text.length()) - 1) + "!";
                    shape.check(shape.kind().parse(cut, "x"), "x", new Violations());
                }
            }
        }
        // Then
        assertThat(TimeUnit.NANOSECONDS.toSeconds(threads.getCurrentThreadCpuTime() - start))
                .isLessThan(20);
    }

    private static void collect(Shape shape, Set<Shape> seen) {
        if (!seen.add(shape)) {
            return;
        }
        if (shape instanceof StructureShape structure) {
            structure.members().forEach(member -> collect(member.shape(), seen));
        } else if (shape instanceof ListShape list) {
            collect(list.element(), seen);
        } else if (shape instanceof MapShape map) {
            collect(map.key(), seen);
            collect(map.value(), seen);
        }
    }

    private static ObjectNode read(Operation operation, String body) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(body)) {
            return operation.readBody(parser);
        }
    }

    /** A path as the operation wants it. */
    private static Parameters given(String operation) {
        String function = "arn:aws:lambda:us-east-1:000000000000:function:orders";
        Map<String, String> path = operation.equals("TagResource")
                ? Map.of("Resource", function)
                : Map.of("FunctionName", "orders", "Name", "live");
        return new Parameters() {
            @Override
            public List<String> inPath(String name) {
                return List.of(path.getOrDefault(name, ""));
            }

            @Override
            public List<String> inQuery(String name) {
                return List.of();
            }

            @Override
            public List<String> inHeader(String name) {
                return List.of();
            }
        };
    }
}
