package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;

/** Resource policies of functions (lambda-semantics 8.1). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkPolicyIT {
    private static final String ECHO = "def handler(event, context): return event";
    private static final String NO_POLICY = "The resource you requested does not exist.";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    /** The statement as the answer tells it. */
    private static JsonNode allow(String function, String id, UnaryOperator<AddPermissionRequest.Builder> more) {
        AddPermissionRequest.Builder request = AddPermissionRequest.builder()
                .functionName(function)
                .statementId(id)
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com");
        return json(sdk.lambda().addPermission(more.apply(request).build()).statement());
    }

    private static JsonNode policy(String function) {
        return json(sdk.lambda()
                .getPolicy(request -> request.functionName(function))
                .policy());
    }

    private static JsonNode json(String text) {
        return JsonNode.parser().parse(text);
    }

    @Test
    void a_statement_is_told_with_what_it_allows_whom_under_which_conditions() {
        // Given
        sdk.create("opened", ECHO);
        // When
        JsonNode statement = allow("opened", "bucket", permission -> permission
                .sourceArn("arn:aws:s3:::pictures")
                .sourceAccount("000000000000"));
        // Then
        assertThat(statement)
                .isEqualTo(
                        json(
                                """
                        {"Sid":"bucket","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},
                         "Action":"lambda:InvokeFunction",
                         "Resource":"arn:aws:lambda:us-east-1:000000000000:function:opened",
                         "Condition":{"StringEquals":{"AWS:SourceAccount":"000000000000"},
                                      "ArnLike":{"AWS:SourceArn":"arn:aws:s3:::pictures"}}}
                        """));
        assertThat(policy("opened").field("Statement").orElseThrow().asArray()).containsExactly(statement);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "* | \"*\"",
                "sns.amazonaws.com | {\"Service\":\"sns.amazonaws.com\"}",
                "123456789012 | {\"AWS\":\"arn:aws:iam::123456789012:root\"}",
                "arn:aws:iam::123456789012:role/caller | {\"AWS\":\"arn:aws:iam::123456789012:role/caller\"}",
            })
    void a_principal_stands_in_the_statement_as_what_it_is(String given, String told) {
        // Given
        String name = "principal-" + Integer.toHexString(given.hashCode());
        sdk.create(name, ECHO);
        // When
        JsonNode statement = allow(name, "any", permission -> permission.principal(given));
        // Then
        assertThat(statement.field("Principal")).contains(json(told));
    }

    @Test
    void an_organisation_a_token_and_the_type_of_a_url_are_conditions_too() {
        // Given
        sdk.create("conditional", ECHO);
        // When
        JsonNode organisation = allow(
                "conditional", "org", permission -> permission.principal("*").principalOrgID("o-1234567890"));
        JsonNode token = allow("conditional", "token", permission -> permission.eventSourceToken("skill"));
        JsonNode url = allow("conditional", "url", permission -> permission
                .principal("*")
                .action("lambda:InvokeFunctionUrl")
                .functionUrlAuthType(FunctionUrlAuthType.NONE));
        // Then
        assertThat(organisation.field("Condition"))
                .contains(json("{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-1234567890\"}}"));
        assertThat(token.field("Condition"))
                .contains(json("{\"StringEquals\":{\"lambda:EventSourceToken\":\"skill\"}}"));
        assertThat(url.field("Condition"))
                .contains(json("{\"StringEquals\":{\"lambda:FunctionUrlAuthType\":\"NONE\"}}"));
    }

    @Test
    void the_policy_has_a_revision_that_changes_with_it_and_guards_it() {
        // Given
        sdk.create("guarded", ECHO);
        allow("guarded", "first", permission -> permission);
        // When
        GetPolicyResponse first = sdk.lambda().getPolicy(request -> request.functionName("guarded"));
        allow("guarded", "second", permission -> permission.revisionId(first.revisionId()));
        GetPolicyResponse second = sdk.lambda().getPolicy(request -> request.functionName("guarded"));
        // Then
        assertThat(json(first.policy()).field("Version")).contains(json("\"2012-10-17\""));
        assertThat(json(first.policy()).field("Id")).contains(json("\"default\""));
        assertThat(second.revisionId()).isNotEqualTo(first.revisionId());
        Refusal refused =
                Refusal.of(() -> allow("guarded", "third", permission -> permission.revisionId(first.revisionId())));
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.code()).isEqualTo("PreconditionFailedException");
        assertThat(refused.message()).endsWith("Call the GetPolicy API to retrieve the latest Revision Id");
    }

    @Test
    void each_qualifier_has_a_policy_of_its_own_and_a_new_version_inherits_none() {
        // Given
        sdk.create("divided", ECHO);
        allow("divided", "unqualified", permission -> permission);
        sdk.publish("divided");
        // When
        JsonNode statement = allow("divided", "version", permission -> permission.qualifier("1"));
        // Then
        assertThat(statement.field("Resource")).contains(json('"' + SdkClient.ARN + "divided:1\""));
        assertThat(policy("divided").field("Statement").orElseThrow().asArray())
                .singleElement()
                .satisfies(only -> assertThat(only.field("Sid")).contains(json("\"unqualified\"")));
        sdk.updateCode("divided", "def handler(event, context): return 2");
        sdk.publish("divided");
        assertThat(Refusal.of(() -> sdk.lambda()
                        .getPolicy(request -> request.functionName("divided").qualifier("2"))))
                .isEqualTo(Refusal.notFound(NO_POLICY));
    }

    @Test
    void a_removed_statement_is_gone() {
        // Given
        sdk.create("closed", ECHO);
        allow("closed", "one", permission -> permission);
        allow("closed", "two", permission -> permission);
        // When
        int removed = sdk.lambda()
                .removePermission(request -> request.functionName("closed").statementId("one"))
                .sdkHttpResponse()
                .statusCode();
        // Then
        assertThat(removed).isEqualTo(204);
        assertThat(policy("closed").field("Statement").orElseThrow().asArray()).hasSize(1);
        assertThat(Refusal.of(() -> sdk.lambda().removePermission(request -> request.functionName("closed")
                        .statementId("one"))))
                .isEqualTo(Refusal.notFound("Statement one is not found in resource policy."));
        // When
        sdk.lambda().removePermission(request -> request.functionName("closed").statementId("two"));
        // Then
        assertThat(Refusal.of(() -> policy("closed"))).isEqualTo(Refusal.notFound(NO_POLICY));
    }

    @Test
    void what_makes_no_policy_is_refused() {
        // Given
        sdk.create("refusing", ECHO);
        allow("refusing", "s3", permission -> permission);
        // Then
        assertThat(Refusal.of(() -> allow("refusing", "s3", permission -> permission)))
                .isEqualTo(Refusal.conflict("The statement id (s3) provided already exists. Please provide a new"
                        + " statement id, or remove the existing statement."));
        assertThat(Refusal.of(() -> allow("refusing", "latest", permission -> permission.qualifier("$LATEST"))))
                .isEqualTo(Refusal.invalid("We currently do not support adding policies for $LATEST."));
        assertThat(Refusal.of(() -> allow("refusing", "who", permission -> permission.principal("nobody-at-all"))))
                .isEqualTo(Refusal.invalid(
                        "The provided principal was invalid. Please check the principal and try again."));
        assertThat(Refusal.of(() -> allow("refusing", "alias", permission -> permission.qualifier("none"))))
                .isEqualTo(Refusal.notFound("Cannot find alias arn: " + SdkClient.ARN + "refusing:none"));
        assertThat(Refusal.of(() -> policy("nobody"))).isEqualTo(Refusal.notFound(NO_POLICY));
    }

    @Test
    void removing_from_what_has_no_policy_is_refused() {
        // Given
        sdk.create("bare", ECHO);
        // Then
        assertThat(Refusal.of(() -> sdk.lambda().removePermission(request -> request.functionName("bare")
                        .statementId("s3"))))
                .isEqualTo(Refusal.notFound("No policy is associated with the given resource."));
        assertThat(Refusal.of(() -> sdk.lambda().removePermission(request -> request.functionName("nobody")
                        .statementId("s3"))))
                .isEqualTo(Refusal.notFound("No policy found for: " + SdkClient.ARN + "nobody"));
    }
}
