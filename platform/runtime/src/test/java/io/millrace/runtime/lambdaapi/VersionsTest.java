package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VersionsTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String ORDERS = FUNCTIONS + "/orders";

    private final Door door;

    VersionsTest(@TempDir Path data) {
        this.door = new Door(data).with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_published_version_is_shown_with_its_own_number_arn_and_revision() {
        JsonNode before = door.get(ORDERS + "/configuration").json();

        Door.Answer published = door.post(ORDERS + "/versions", "{\"Description\": \"first\"}");

        assertThat(published.status()).isEqualTo(201);
        JsonNode version = published.json();
        assertThat(version.get("Version").asText()).isEqualTo("1");
        assertThat(version.get("FunctionArn").asText()).isEqualTo(Door.ARN + "orders:1");
        assertThat(version.get("Description").asText()).isEqualTo("first");
        assertThat(version.get("State").asText()).isEqualTo("Active");
        assertThat(version.get("CodeSha256")).isEqualTo(before.get("CodeSha256"));
        JsonNode after = door.get(ORDERS + "/configuration").json();
        assertThat(after.get("Description").asText()).isEmpty();
        assertThat(after.get("RevisionId")).isNotIn(before.get("RevisionId"), version.get("RevisionId"));
        assertThat(door.get(ORDERS + "/configuration?Qualifier=1").json()).isEqualTo(version);
        assertThat(door.get(ORDERS + "?Qualifier=1").json().get("Configuration"))
                .isEqualTo(version);
        assertThat(door.get(FUNCTIONS + "/orders:1").json().get("Configuration"))
                .isEqualTo(version);
    }

    @Test
    void a_version_keeps_what_the_function_was_when_it_was_published() {
        JsonNode version = publish();

        door.put(ORDERS + "/configuration", "{\"Timeout\": 77, \"Environment\": {\"Variables\": {\"AB\": \"c\"}}}");
        door.put(ORDERS + "/code", "{\"ZipFile\": \"" + Door.zip("Other.class") + "\"}");

        assertThat(door.get(ORDERS + "/configuration?Qualifier=1").json()).isEqualTo(version);
        assertThat(publish().get("Version").asText()).isEqualTo("2");
    }

    @Test
    void publishing_what_has_not_changed_answers_the_same_version_again() {
        JsonNode first = publish();
        JsonNode latest = door.get(ORDERS + "/configuration").json();

        Door.Answer again = door.post(ORDERS + "/versions", "{\"Description\": \"other\"}");

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(first);
        assertThat(door.get(ORDERS + "/configuration").json()).isEqualTo(latest);
    }

    @Test
    void numbers_go_on_after_the_function_was_deleted_and_created_again() {
        publish();
        door.delete(ORDERS);
        door.with("orders");

        assertThat(door.get(ORDERS + "/configuration?Qualifier=1").status()).isEqualTo(404);
        assertThat(publish().get("Version").asText()).isEqualTo("2");
    }

    @Test
    void what_is_not_as_expected_is_not_published() {
        JsonNode latest = door.get(ORDERS + "/configuration").json();
        String sha = latest.get("CodeSha256").asText();
        String other = "A".repeat(43) + "=";

        for (String wrong : new String[] {other, "nonsense"}) {
            assertThat(door.post(ORDERS + "/versions", "{\"CodeSha256\": \"" + wrong + "\"}")
                            .refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"CodeSHA256 ("
                            + wrong + ") is different from current CodeSHA256 in $LATEST (" + sha
                            + "). Please try again with the CodeSHA256 in $LATEST.\"}");
        }
        assertThat(door.post(ORDERS + "/versions", "{\"RevisionId\": \"old\"}").refusal())
                .isEqualTo("412 PreconditionFailedException {\"Type\":\"User\",\"message\":\"The Revision Id provided"
                        + " does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the"
                        + " latest Revision Id\"}");
        assertThat(door.post(ORDERS + "/versions", "{\"Description\": \"" + "x".repeat(257) + "\"}")
                        .status())
                .isEqualTo(400);
        assertThat(door.post(FUNCTIONS + "/none/versions", "{}").status()).isEqualTo(404);
        assertThat(door.get(ORDERS + "/versions").json().get("Versions")).hasSize(1);
        assertThat(door.post(
                                ORDERS + "/versions",
                                "{\"CodeSha256\": \"" + sha + "\", \"RevisionId\": " + latest.get("RevisionId") + "}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void versions_are_listed_behind_latest_and_without_a_state() {
        IntStream.rangeClosed(1, 11).forEach(each -> {
            door.put(ORDERS + "/configuration", "{\"Description\": \"" + each + "\"}");
            publish();
        });

        JsonNode all = door.get(ORDERS + "/versions").json();
        JsonNode first = door.get(ORDERS + "/versions?MaxItems=3").json();
        JsonNode second = door.get(ORDERS + "/versions?MaxItems=9&Marker="
                        + first.get("NextMarker").asText())
                .json();

        assertThat(all.get("Versions").findValuesAsText("Version"))
                .containsExactly("$LATEST", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11");
        assertThat(all.get("Versions").findValuesAsText("FunctionArn"))
                .startsWith(Door.ARN + "orders:$LATEST", Door.ARN + "orders:1");
        assertThat(all.findValues("State")).isEmpty();
        assertThat(first.get("Versions").findValuesAsText("Version")).containsExactly("$LATEST", "1", "2");
        assertThat(second.get("Versions").findValuesAsText("Version"))
                .hasSize(9)
                .endsWith("11");
        assertThat(second.has("NextMarker")).isFalse();
    }

    @Test
    void all_versions_of_all_functions_are_listed_on_demand() {
        publish();
        door.with("orders-2").with("a");

        assertThat(door.get(FUNCTIONS + "?FunctionVersion=ALL").json().findValuesAsText("FunctionArn"))
                .containsExactly(
                        Door.ARN + "a:$LATEST",
                        Door.ARN + "orders:$LATEST",
                        Door.ARN + "orders:1",
                        Door.ARN + "orders-2:$LATEST");
        assertThat(door.get(FUNCTIONS + "?FunctionVersion=ALL&MaxItems=2&Marker="
                                + door.get(FUNCTIONS + "?FunctionVersion=ALL&MaxItems=2")
                                        .json()
                                        .get("NextMarker")
                                        .asText())
                        .json()
                        .findValuesAsText("FunctionArn"))
                .containsExactly(Door.ARN + "orders:1", Door.ARN + "orders-2:$LATEST");
        assertThat(door.get(FUNCTIONS).json().findValuesAsText("FunctionArn"))
                .containsExactly(Door.ARN + "a", Door.ARN + "orders", Door.ARN + "orders-2");
        assertThat(door.get(FUNCTIONS + "?FunctionVersion=SOME").header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
    }

    @Test
    void a_function_can_be_published_as_it_is_created() {
        Door.Answer created =
                door.post(FUNCTIONS, Door.creation("quick").replace("\"Code\"", "\"Publish\": true, \"Code\""));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().get("Version").asText()).isEqualTo("1");
        assertThat(created.json().get("FunctionArn").asText()).isEqualTo(Door.ARN + "quick");
        assertThat(door.get(FUNCTIONS + "/quick/configuration?Qualifier=1").status())
                .isEqualTo(200);
    }

    @Test
    void new_code_can_be_published_at_once() {
        Door.Answer updated = door.put(
                ORDERS + "/code",
                "{\"Publish\": true, \"Architectures\": [\"arm64\"], \"ZipFile\": \"" + Door.zip("Other.class")
                        + "\"}");

        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.json().get("Version").asText()).isEqualTo("1");
        assertThat(updated.json().get("FunctionArn").asText()).isEqualTo(Door.ARN + "orders:1");
        assertThat(updated.json().at("/Architectures/0").asText()).isEqualTo("arm64");
        assertThat(door.get(ORDERS + "/configuration").json().get("CodeSha256"))
                .isEqualTo(updated.json().get("CodeSha256"));
    }

    @Test
    void a_version_is_deleted_by_itself_unless_an_alias_needs_it() {
        publish();
        door.post(ORDERS + "/aliases", "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");

        assertThat(door.delete(ORDERS + "?Qualifier=1").refusal())
                .isEqualTo("409 ResourceConflictException {\"Type\":\"User\",\"message\":\"Unable to delete version"
                        + " because the following aliases reference it: [live]\"}");
        assertThat(door.delete(ORDERS + "?Qualifier=live").status()).isEqualTo(400);
        door.delete(ORDERS + "/aliases/live");
        Stream.of("1", "1", "99999999999").forEach(version -> assertThat(
                        door.delete(ORDERS + "?Qualifier=" + version).status())
                .isEqualTo(204));
        assertThat(door.get(ORDERS + "?Qualifier=1").status()).isEqualTo(404);
        assertThat(door.get(ORDERS).status()).isEqualTo(200);
        assertThat(publish().get("Version").asText()).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource({
        "'',orders,$LATEST",
        "?Qualifier=$LATEST,orders:$LATEST,$LATEST",
        "?Qualifier=1,orders:1,1",
        "?Qualifier=live,orders:live,1",
        "?Qualifier=dev,orders:dev,$LATEST"
    })
    void the_arn_shows_the_qualifier_and_the_version_what_it_leads_to(String query, String arn, String version) {
        publish();
        door.post(ORDERS + "/aliases", "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");
        door.post(ORDERS + "/aliases", "{\"Name\": \"dev\", \"FunctionVersion\": \"$LATEST\"}");

        JsonNode shown = door.get(ORDERS + "/configuration" + query).json();

        assertThat(shown.get("FunctionArn").asText()).isEqualTo(Door.ARN + arn);
        assertThat(shown.get("Version").asText()).isEqualTo(version);
    }

    @Test
    void the_code_of_each_version_can_be_fetched() {
        publish();
        door.put(ORDERS + "/code", "{\"ZipFile\": \"" + Door.zip("Other.class") + "\"}");

        JsonNode first = door.get(ORDERS + "?Qualifier=1").json();
        JsonNode latest = door.get(ORDERS).json();

        assertThat(fetched(first)).isEqualTo(first.at("/Configuration/CodeSize").asInt());
        assertThat(first.at("/Code/Location")).isNotEqualTo(latest.at("/Code/Location"));
        assertThat(door.get("/_millrace/code/" + "0".repeat(64)).status()).isEqualTo(404);
        assertThat(door.get("/_millrace/code/..%2Fregistry.mv.db").status()).isEqualTo(404);
    }

    private int fetched(JsonNode function) {
        String location = function.at("/Code/Location").asText();
        assertThat(location).startsWith("http://127.0.0.1:" + door.port + "/_millrace/code/");
        Door.Answer answer = door.get(location.substring(location.indexOf("/_millrace")));
        assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
        return Integer.parseInt(answer.header("Content-Length"));
    }

    private JsonNode publish() {
        Door.Answer answer = door.post(ORDERS + "/versions", "{}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json();
    }
}
