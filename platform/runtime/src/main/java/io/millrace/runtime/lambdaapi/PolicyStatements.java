package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.PolicyLengthExceededException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** The document that a policy is (lambda-semantics 8.1): kept, shown, and with a statement more or less. */
final class PolicyStatements {
    static final String STATEMENT = "Statement";

    private static final int MOST_BYTES = 20_480;
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
    private static final Pattern ARN = Pattern.compile("arn:aws[a-zA-Z-]*:[a-z0-9-]+:[^:]*:[^:]*:.+");
    private static final String SERVICE = ".amazonaws.com";

    private PolicyStatements() {}

    /** The beginning of a statement. */
    static ObjectNode statement(Members members, String resource) {
        ObjectNode statement = Json.object();
        statement.put("Sid", sid(members)).put("Effect", "Allow");
        statement.set("Principal", principal(members.text("Principal").orElseThrow()));
        return statement.put("Action", members.text("Action").orElseThrow()).put("Resource", resource);
    }

    private static JsonNode principal(String principal) {
        if (principal.equals("*")) {
            return Json.object().textNode(principal);
        }
        if (principal.endsWith(SERVICE)) {
            return Json.object().put("Service", principal);
        }
        if (ACCOUNT.matcher(principal).matches()) {
            return Json.object().put("AWS", "arn:aws:iam::" + principal + ":root");
        }
        if (ARN.matcher(principal).matches()) {
            return Json.object().put("AWS", principal);
        }
        throw new InvalidParameterValueException(
                "The provided principal was invalid. Please check the principal and try again.");
    }

    /** Adds to a statement: only where {@code member} is there. */
    static void condition(ObjectNode statement, String operator, String key, Optional<String> member) {
        member.ifPresent(value ->
                statement.withObject("/Condition").withObject("/" + operator).put(key, value));
    }

    /** @throws LambdaApiException if there is one of the same id, or it is more than a policy may have */
    static ObjectNode with(Optional<ObjectNode> policy, ObjectNode statement) {
        ObjectNode after = policy.map(ObjectNode::deepCopy).orElseGet(Json::object);
        String sid = statement.path("Sid").asText();
        if (index(after, sid) >= 0) {
            throw new ResourceConflictException("The statement id (" + sid + ") provided already exists. Please provide"
                    + " a new statement id, or remove the existing statement.");
        }
        after.withArray(STATEMENT).add(statement);
        int size = document(after).getBytes(StandardCharsets.UTF_8).length;
        if (size > MOST_BYTES) {
            throw new PolicyLengthExceededException(
                    "The final policy size (" + size + ") is bigger than the limit (" + MOST_BYTES + ").");
        }
        return after;
    }

    /**
     * @return empty without any statement
     * @throws ResourceNotFoundException if there is none of the id
     */
    static Optional<ObjectNode> without(ObjectNode policy, String sid) {
        int index = index(policy, sid);
        if (index < 0) {
            throw new ResourceNotFoundException("Statement " + sid + " is not found in resource policy.");
        }
        ObjectNode after = policy.deepCopy();
        ArrayNode statements = after.withArray(STATEMENT);
        statements.remove(index);
        return statements.isEmpty() ? Optional.empty() : Optional.of(after);
    }

    private static int index(ObjectNode policy, String sid) {
        JsonNode statements = policy.path(STATEMENT);
        for (int index = 0; index < statements.size(); index++) {
            if (statements.path(index).path("Sid").asText().equals(sid)) {
                return index;
            }
        }
        return -1;
    }

    /** As callers see it: JSON in a text. */
    static String document(ObjectNode policy) {
        ObjectNode document = Json.object().put("Version", "2012-10-17").put("Id", "default");
        document.set(STATEMENT, policy.path(STATEMENT));
        return document.toString();
    }

    static ResourceNotFoundException none() {
        return new ResourceNotFoundException("No policy is associated with the given resource.");
    }

    private static String sid(Members members) {
        return members.text("StatementId").orElseThrow();
    }
}
