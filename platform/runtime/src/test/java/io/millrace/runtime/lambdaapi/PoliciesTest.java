package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PoliciesTest {
    private static final String FUNCTION = "/2015-03-31/functions/orders";
    private static final String POLICY = FUNCTION + "/policy";
    private static final String LAYER = "/2018-10-31/layers/base/versions/1/policy";
    private static final String LAYER_ARN = "arn:aws:lambda:us-east-1:000000000000:layer:base:1";
    private static final String NO_RESOURCE =
            "404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The resource you requested does not exist.\"}";

    private final Door door;

    PoliciesTest(@TempDir Path data) {
        this.door = new Door(data).with("orders").publishing("orders", 1);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static String permission(String sid, String more) {
        return "{\"StatementId\":\"" + sid + "\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"*\"" + more + "}";
    }

    private String revision(String path) {
        return door.get(path).json().get("RevisionId").asText();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            *                                  | "*"
            s3.amazonaws.com                   | {"Service":"s3.amazonaws.com"}
            123456789012                       | {"AWS":"arn:aws:iam::123456789012:root"}
            arn:aws:iam::123456789012:user/ann | {"AWS":"arn:aws:iam::123456789012:user/ann"}
            """)
    void a_statement_names_its_principal_as_policies_do(String principal, String expected) {
        Door.Answer added = door.post(POLICY, permission("s3", "").replace("\"*\"", "\"" + principal + "\""));

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.json().get("Statement").asText())
                .isEqualTo("{\"Sid\":\"s3\",\"Effect\":\"Allow\",\"Principal\":" + expected
                        + ",\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + Door.ARN + "orders\"}");
    }

    @Test
    void a_statement_has_all_conditions_that_were_given() {
        Door.Answer added = door.post(
                POLICY,
                permission(
                        "s3",
                        """
                        ,"SourceArn":"arn:aws:s3:::b","SourceAccount":"123456789012","EventSourceToken":"t",
                        "PrincipalOrgID":"o-abcdefghij","FunctionUrlAuthType":"NONE","InvokedViaFunctionUrl":true
                        """));

        assertThat(parsed(added.json().get("Statement").asText()).get("Condition"))
                .isEqualTo(
                        parsed(
                                """
                        {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE","aws:PrincipalOrgID":"o-abcdefghij",
                                         "AWS:SourceAccount":"123456789012","lambda:EventSourceToken":"t"},
                         "ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"},
                         "Bool":{"lambda:InvokedViaFunctionUrl":"true"}}
                        """));
    }

    @Test
    void a_policy_is_shown_shrinks_and_goes_with_its_last_statement() {
        assertThat(door.get(POLICY).refusal()).isEqualTo(NO_RESOURCE);
        String first = revision(FUNCTION + "/configuration");
        door.post(POLICY, permission("a", ""));
        String second = revision(FUNCTION + "/configuration");
        door.post(POLICY, permission("b", ""));

        JsonNode shown = door.get(POLICY).json();
        JsonNode policy = parsed(shown.get("Policy").asText());
        assertThat(policy.get("Version").asText()).isEqualTo("2012-10-17");
        assertThat(policy.get("Id").asText()).isEqualTo("default");
        assertThat(policy.get("Statement").findValuesAsText("Sid")).containsExactly("a", "b");
        assertThat(shown.get("RevisionId").asText())
                .isEqualTo(revision(FUNCTION + "/configuration"))
                .isNotEqualTo(second);
        assertThat(second).isNotEqualTo(first);

        assertThat(door.delete(POLICY + "/a").status()).isEqualTo(204);
        assertThat(door.delete(POLICY + "/a").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Statement a is not found in"
                        + " resource policy.\"}");
        assertThat(door.delete(POLICY + "/b").status()).isEqualTo(204);
        assertThat(door.delete(POLICY + "/b").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"No policy is associated with"
                        + " the given resource.\"}");
        assertThat(door.get(POLICY).refusal()).isEqualTo(NO_RESOURCE);
    }

    @Test
    void what_cannot_be_is_refused_in_the_words_of_Lambda() {
        door.post(POLICY, permission("s3", ""));

        assertThat(door.post(POLICY, permission("s3", "")).refusal())
                .isEqualTo("409 ResourceConflictException {\"Type\":\"User\",\"message\":\"The statement id (s3)"
                        + " provided already exists. Please provide a new statement id, or remove the existing"
                        + " statement.\"}");
        assertThat(door.post(POLICY, permission("x", "").replace("\"*\"", "\"somebody\""))
                        .refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"The provided principal"
                        + " was invalid. Please check the principal and try again.\"}");
        assertThat(door.post(FUNCTION + ":$LATEST/policy", permission("x", "")).refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"We currently do not"
                        + " support adding policies for $LATEST.\"}");
        assertThat(door.post(POLICY + "?Qualifier=live", permission("x", "")).refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Cannot find alias arn: "
                        + Door.ARN + "orders:live\"}");
        assertThat(door.post(POLICY + "?Qualifier=7", permission("x", "")).refusal())
                .contains("Function not found: " + Door.ARN + "orders:7");
        assertThat(door.post("/2015-03-31/functions/none/policy", permission("x", ""))
                        .refusal())
                .contains("Function not found: " + Door.ARN + "none");
        assertThat(door.get("/2015-03-31/functions/none/policy").refusal()).isEqualTo(NO_RESOURCE);
        assertThat(door.delete("/2015-03-31/functions/none/policy/x").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"No policy found for: "
                        + Door.ARN + "none\"}");
        String wrong = ",\"RevisionId\":\"8a1e8bd0-0000-0000-0000-000000000000\"";
        String expected = "412 PreconditionFailedException {\"Type\":\"User\",\"message\":\"The Revision Id provided"
                + " does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id\"}";
        assertThat(door.post(POLICY, permission("x", wrong)).refusal()).isEqualTo(expected);
        assertThat(door.delete(POLICY + "/s3?RevisionId=8a1e8bd0").refusal()).isEqualTo(expected);
    }

    @Test
    void the_latest_revision_is_accepted() {
        String revision = revision(FUNCTION + "/configuration");

        assertThat(door.post(POLICY, permission("a", ",\"RevisionId\":\"" + revision + "\""))
                        .status())
                .isEqualTo(201);
        assertThat(door.delete(POLICY + "/a?RevisionId=" + revision(POLICY)).status())
                .isEqualTo(204);
    }

    @Test
    void function_version_and_alias_have_policies_of_their_own() {
        door.post(FUNCTION + "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}");
        door.post(POLICY, permission("a", ""));
        String alias = revision(FUNCTION + "/aliases/live");
        String version = revision(FUNCTION + "/configuration?Qualifier=1");
        String function = revision(FUNCTION + "/configuration");

        assertThat(door.post(FUNCTION + ":live/policy", permission("a", "")).body())
                .contains(Door.ARN + "orders:live");
        assertThat(door.post(POLICY + "?Qualifier=1", permission("a", "")).body())
                .contains(Door.ARN + "orders:1");

        assertThat(revision(FUNCTION + "/aliases/live"))
                .isNotEqualTo(alias)
                .isEqualTo(revision(POLICY + "?Qualifier=live"));
        assertThat(revision(FUNCTION + "/configuration?Qualifier=1"))
                .isNotEqualTo(version)
                .isEqualTo(revision(POLICY + "?Qualifier=1"));
        assertThat(revision(FUNCTION + "/configuration")).isEqualTo(function);
        door.publishing("orders", 1);
        assertThat(door.get(POLICY + "?Qualifier=2").refusal()).isEqualTo(NO_RESOURCE);

        door.delete(FUNCTION + "/aliases/live");
        door.post(FUNCTION + "/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}");
        assertThat(door.get(POLICY + "?Qualifier=live").refusal()).isEqualTo(NO_RESOURCE);
        door.delete(FUNCTION);
        door.with("orders");
        assertThat(door.get(POLICY).refusal()).isEqualTo(NO_RESOURCE);
    }

    @Test
    void a_policy_holds_no_more_than_20_KB() {
        Door.Answer last = null;
        int added = 0;
        do {
            last = door.post(
                    POLICY, permission("s" + added, ",\"SourceArn\":\"arn:aws:s3:::" + "x".repeat(100) + "\""));
            added++;
        } while (last.status() == 201 && added < 200);

        assertThat(last.refusal())
                .matches("400 PolicyLengthExceededException \\{\"Type\":\"User\",\"message\":\"The final policy size"
                        + " \\(20[45678]\\d\\d\\) is bigger than the limit \\(20480\\)\\.\"}");
        assertThat(door.get(POLICY).body().length()).isGreaterThan(20_000);
    }

    @Test
    void a_layer_version_has_a_policy_with_a_revision_of_its_own() {
        assertThat(door.get(LAYER).refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Layer version " + LAYER_ARN
                        + " does not exist.\"}");
        door.post("/2018-10-31/layers/base/versions", "{\"Content\":{\"ZipFile\":\"" + Door.zip("a.txt") + "\"}}");
        assertThat(door.get(LAYER).refusal()).contains("No policy is associated with the given resource.");
        assertThat(door.delete(LAYER + "/org").refusal()).contains("No policy is associated with the given resource.");
        String permission = "{\"StatementId\":\"org\",\"Action\":\"lambda:GetLayerVersion\",\"Principal\":\"*\","
                + "\"OrganizationId\":\"o-abcdefghij\"}";

        Door.Answer added = door.post(LAYER, permission);

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.json().get("Statement").asText())
                .isEqualTo("{\"Sid\":\"org\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                        + "\"lambda:GetLayerVersion\",\"Resource\":\"" + LAYER_ARN + "\",\"Condition\":"
                        + "{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-abcdefghij\"}}}");
        assertThat(revision(LAYER)).isEqualTo(added.json().get("RevisionId").asText());
        assertThat(door.post(LAYER, permission).refusal())
                .startsWith("409 ResourceConflictException ")
                .contains("The statement id (org) provided already exists.");
        assertThat(door.delete(LAYER + "/org?RevisionId=wrong").refusal())
                .startsWith("412 PreconditionFailedException ")
                .contains("Call the GetLayerPolicy API to retrieve the latest Revision Id");
        assertThat(door.delete(LAYER + "/other").refusal())
                .contains("Statement other is not found in resource policy.");
        assertThat(door.delete(LAYER + "/org?RevisionId=" + revision(LAYER)).status())
                .isEqualTo(204);
        assertThat(door.get(LAYER).status()).isEqualTo(404);
    }

    private static JsonNode parsed(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (IOException notJson) {
            throw new IllegalArgumentException(json, notJson);
        }
    }
}
