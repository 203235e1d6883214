package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.scaling.ScalableResource;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a request is about: namespace, resource and dimension are members of all of them. */
final class Subject {
    static final String NAMESPACE = "lambda";
    static final String DIMENSION = "lambda:function:ProvisionedConcurrency";
    static final int LONGEST_NAME = 256;

    private Subject() {}

    /** @throws Refusal if one of the three is missing or another one */
    static ScalableResource of(Members request) {
        requireNamespace(request);
        requireDimension(request.text("ScalableDimension").orElseThrow(() -> missing("scalableDimension")));
        return resource(request.text("ResourceId").orElseThrow(() -> missing("resourceId")));
    }

    /** @throws Refusal unless the namespace is Lambda's, and the dimension too if there is one */
    static void require(Members request) {
        requireNamespace(request);
        request.text("ScalableDimension").ifPresent(Subject::requireDimension);
    }

    /** A resource to filter by. */
    static Optional<ScalableResource> filter(Members request) {
        return request.text("ResourceId").map(Subject::resource);
    }

    static ScalableResource resource(String text) {
        return ScalableResource.parse(text)
                .orElseThrow(() -> Refusal.validation(
                        "ResourceId is '" + text + "', expected function:<name>:<alias or published version>"));
    }

    /**
     * @param expected the pattern in words
     * @throws Refusal if it is missing or not within the pattern
     */
    static String name(Members request, String member, Pattern pattern, String expected) {
        String name = request.text(member).orElseThrow(() -> missing(member));
        if (name.isEmpty()
                || name.length() > LONGEST_NAME
                || !pattern.matcher(name).matches()) {
            throw Refusal.validation(member + " is '" + name + "', expected 1 to " + LONGEST_NAME + " " + expected);
        }
        return name;
    }

    static Refusal missing(String field) {
        return Refusal.validation("1 validation error detected: Value null at '" + field
                + "' failed to satisfy constraint: Member must not be null");
    }

    static ObjectNode put(ObjectNode object, ScalableResource resource) {
        return object.put("ServiceNamespace", NAMESPACE)
                .put("ResourceId", resource.toString())
                .put("ScalableDimension", DIMENSION);
    }

    /** As errors name it. */
    static String words(ScalableResource resource) {
        return "service namespace: " + NAMESPACE + ", resource ID: " + resource + ", scalable dimension: " + DIMENSION;
    }

    private static void requireNamespace(Members request) {
        String namespace = request.text("ServiceNamespace").orElseThrow(() -> missing("serviceNamespace"));
        requireOne("serviceNamespace", namespace, NAMESPACE);
    }

    private static void requireDimension(String dimension) {
        requireOne("scalableDimension", dimension, DIMENSION);
    }

    private static void requireOne(String field, String value, String only) {
        if (!value.equals(only)) {
            throw Refusal.validation("1 validation error detected: Value '" + value + "' at '" + field
                    + "' failed to satisfy constraint: Member must satisfy enum value set: [" + only + "]");
        }
    }
}
