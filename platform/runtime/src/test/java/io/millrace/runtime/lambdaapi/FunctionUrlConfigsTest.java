package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FunctionUrlConfigsTest {
    private static final String URL = "/2021-10-31/functions/orders/url";
    private static final String URLS = "/2021-10-31/functions/orders/urls";
    private static final String ALIASES = "/2015-03-31/functions/orders/aliases";

    private final Path data;
    private Door door;

    FunctionUrlConfigsTest(@TempDir Path data) {
        this.data = data;
        this.door = new Door(data).with("orders").publishing("orders", 1);
        door.post(ALIASES, "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_url_is_created_shown_changed_and_deleted() {
        Door.Answer created = door.post(
                URL, "{\"AuthType\": \"NONE\", \"Cors\": {\"AllowOrigins\": [\"https://a.org\"], \"MaxAge\": 10}}");

        assertThat(created.status()).isEqualTo(201);
        String address = created.json().get("FunctionUrl").asText();
        assertThat(address).matches("http://[a-z0-9]{32}\\.lambda-url\\.us-east-1\\.localhost:" + door.port + "/");
        assertThat(created.body())
                .isEqualTo("{\"FunctionUrl\":\"" + address + "\",\"FunctionArn\":\"" + Door.ARN + "orders\","
                        + "\"AuthType\":\"NONE\",\"Cors\":{\"AllowOrigins\":[\"https://a.org\"],\"MaxAge\":10},"
                        + "\"CreationTime\":\"2026-11-20T12:00:00.250Z\"}");
        String shown = door.get(URL).body();
        assertThat(shown)
                .isEqualTo("{\"FunctionUrl\":\"" + address + "\",\"FunctionArn\":\"" + Door.ARN + "orders\","
                        + "\"AuthType\":\"NONE\",\"Cors\":{\"AllowOrigins\":[\"https://a.org\"],\"MaxAge\":10},"
                        + "\"CreationTime\":\"2026-11-20T12:00:00.250Z\","
                        + "\"LastModifiedTime\":\"2026-11-20T12:00:00.250Z\",\"InvokeMode\":\"BUFFERED\"}");

        assertThat(door.put(URL, "{}").body()).isEqualTo(shown);
        JsonNode changed = door.put(URL, "{\"AuthType\": \"AWS_IAM\", \"InvokeMode\": \"RESPONSE_STREAM\"}")
                .json();
        assertThat(changed.get("AuthType").asText()).isEqualTo("AWS_IAM");
        assertThat(changed.get("InvokeMode").asText()).isEqualTo("RESPONSE_STREAM");
        assertThat(changed.at("/Cors/MaxAge").asInt()).isEqualTo(10);
        assertThat(changed.get("FunctionUrl").asText()).isEqualTo(address);
        assertThat(door.put(URL, "{\"Cors\": {}}").json().has("Cors")).isFalse();

        assertThat(door.delete(URL).refusal()).isEqualTo("204  ");
        assertThat(door.get(URL).refusal()).isEqualTo(absent());
        assertThat(door.delete(URL).refusal()).isEqualTo(absent());
    }

    @Test
    void only_an_invoke_mode_that_was_sent_is_in_the_reply_to_a_creation() {
        assertThat(door.post(URL, "{\"AuthType\": \"NONE\", \"InvokeMode\": \"BUFFERED\"}")
                        .json()
                        .get("InvokeMode")
                        .asText())
                .isEqualTo("BUFFERED");
    }

    @Test
    void the_urls_of_an_alias_and_of_the_function_are_independent_and_listed_together() {
        String own = created(URL);
        String alias = created(URL + "?Qualifier=live");

        assertThat(own).isNotEqualTo(alias);
        assertThat(door.get(URL + "?Qualifier=live").json().get("FunctionArn").asText())
                .isEqualTo(Door.ARN + "orders:live");
        assertThat(door.get("/2021-10-31/functions/orders%3Alive/url")
                        .json()
                        .get("FunctionUrl")
                        .asText())
                .isEqualTo(alias);
        assertThat(door.get(URLS).json().findValuesAsText("FunctionUrl")).containsExactly(own, alias);
        JsonNode first = door.get(URLS + "?MaxItems=1").json();
        assertThat(first.findValuesAsText("FunctionUrl")).containsExactly(own);
        assertThat(door.get(URLS + "?Marker=%24LATEST").json().findValuesAsText("FunctionUrl"))
                .containsExactly(alias);

        door.delete(URL);
        assertThat(door.get(URLS).json().findValuesAsText("FunctionUrl")).containsExactly(alias);
        door.delete(ALIASES + "/live");
        assertThat(door.get(URL + "?Qualifier=live").status()).isEqualTo(200);
        assertThat(door.put(URL + "?Qualifier=live", "{}").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function does not exist\"}");
        assertThat(door.delete(URL + "?Qualifier=live").status()).isEqualTo(204);
        assertThat(door.get(URLS).body()).isEqualTo("{\"FunctionUrlConfigs\":[]}");
    }

    @Test
    void a_second_url_is_a_conflict() {
        created(URL);
        created(URL + "?Qualifier=live");

        assertThat(door.post(URL, "{\"AuthType\": \"NONE\"}").refusal()).isEqualTo(conflict("orders"));
        assertThat(door.post(URL + "?Qualifier=live", "{\"AuthType\": \"NONE\"}")
                        .refusal())
                .isEqualTo(conflict("orders:live"));
    }

    private static String conflict(String function) {
        return "409 ResourceConflictException {\"Type\":\"User\",\"message\":\"Failed to create function url config for"
                + " [functionArn = " + Door.ARN + function + "]. Error message:  FunctionUrlConfig exists for this"
                + " Lambda function\"}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            POST | none/url                    | {"AuthType": "NONE"} | 404 ResourceNotFoundException {"Type":"User","Message":"Function does not exist"}
            POST | orders/url?Qualifier=dead   | {"AuthType": "NONE"} | 404 ResourceNotFoundException {"Type":"User","Message":"Function does not exist"}
            PUT  | none/url                    | {}                   | 404 ResourceNotFoundException {"Type":"User","Message":"Function does not exist"}
            PUT  | orders/url                  | {}                   | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            GET  | none/urls                   | {}                   | 404 ResourceNotFoundException {"Type":"User","Message":"Function does not exist"}
            GET  | none/url                    | {}                   | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            DELETE | orders/url?Qualifier=dead | {}                   | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            POST | orders/url                  | {"AuthType": "NONE", "InvokeMode": "FAST"} | 400 ValidationException {"message":"1 validation error detected: Value 'FAST' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]"}
            POST | orders/url                  | {"AuthType": "NONE", "Cors": {"AllowMethods": ["FETCH"]}}     | 400 InvalidParameterValueException {"Type":"User","message":"Cors.AllowMethods has 'FETCH', expected '*', GET, PUT, HEAD, POST, PATCH or DELETE."}
            POST | orders/url                  | {"AuthType": "NONE", "Cors": {"AllowOrigins": ["a.org"]}}     | 400 InvalidParameterValueException {"Type":"User","message":"Cors.AllowOrigins has 'a.org', expected '*' or an origin such as https://example.org."}
            POST | orders/url                  | {"AuthType": "NONE", "Cors": {"ExposeHeaders": ["a: b"]}}     | 400 InvalidParameterValueException {"Type":"User","message":"Cors.ExposeHeaders has 'a: b', expected '*' or the name of a header."}
            """)
    void what_cannot_be_is_refused(String method, String path, String body, String refusal) {
        assertThat(door.send(method, "/2021-10-31/functions/" + path, body).refusal())
                .isEqualTo(refusal);
    }

    @Test
    void a_qualifier_that_is_no_alias_a_missing_auth_type_and_an_age_out_of_range_break_the_description() {
        for (String qualifier : List.of("1", "%24LATEST")) {
            assertThat(door.post(URL + "?Qualifier=" + qualifier, "{\"AuthType\": \"NONE\"}")
                            .refusal())
                    .startsWith("400 ValidationException")
                    .contains("at 'qualifier'");
        }
        assertThat(door.post(URL, "{}").refusal())
                .startsWith("400 ValidationException")
                .contains("'authType'");
        assertThat(door.post(URL, "{\"AuthType\": \"NONE\", \"Cors\": {\"MaxAge\": 86401}}")
                        .refusal())
                .startsWith("400 ValidationException")
                .contains("'cors.maxAge'");
        assertThat(door.get(URLS).body()).isEqualTo("{\"FunctionUrlConfigs\":[]}");
    }

    @Test
    void a_url_goes_with_its_function() {
        created(URL);
        door.delete("/2015-03-31/functions/orders");
        door.with("orders");

        assertThat(door.get(URL).refusal()).isEqualTo(absent());
    }

    @Test
    void a_url_stays_over_a_restart_and_is_written_with_the_base() {
        String before = created(URL);
        String id = before.substring("http://".length(), "http://".length() + 32);
        door.close();

        door = new Door(data, "url.base=https://functions.example.org:8443/");

        assertThat(door.get(URL).json().get("FunctionUrl").asText())
                .isEqualTo("https://" + id + ".functions.example.org:8443/");
    }

    private String created(String path) {
        Door.Answer created = door.post(path, "{\"AuthType\": \"NONE\"}");
        assertThat(created.status()).as(created.body()).isEqualTo(201);
        return created.json().get("FunctionUrl").asText();
    }

    private static String absent() {
        return "404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The resource you requested does not"
                + " exist.\"}";
    }
}
