package io.millrace.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Optional;

/**
 * The address of a function (lambda-semantics 7.1), kept as a document of kind {@link DocumentKind#URL}.
 *
 * @param id 32 lower-case letters and digits; stays as long as the address exists
 * @param alias empty for the function without one
 * @param authType {@code NONE} or {@code AWS_IAM}
 * @param invokeMode {@code BUFFERED} or {@code RESPONSE_STREAM}; empty where nobody said
 * @param cors as the API has it; not changed in place
 */
public record FunctionUrl(
        String id,
        FunctionName function,
        Optional<String> alias,
        String authType,
        Optional<String> invokeMode,
        Optional<ObjectNode> cors,
        Instant created,
        Instant lastModified) {
    private static final String ID = "Id";
    private static final String AUTH_TYPE = "AuthType";
    private static final String INVOKE_MODE = "InvokeMode";
    private static final String CORS = "Cors";
    private static final String CREATED = "CreationTime";
    private static final String LAST_MODIFIED = "LastModifiedTime";

    public static FunctionUrl read(Document document) {
        return read(new FunctionName(document.owner()), document.name(), document.content());
    }

    /** @param name an alias, or {@code $LATEST} for the function without one */
    public static FunctionUrl read(FunctionName function, String name, ObjectNode content) {
        return new FunctionUrl(
                content.required(ID).textValue(),
                function,
                Optional.of(name).filter(alias -> !alias.equals(FunctionArn.LATEST)),
                content.required(AUTH_TYPE).textValue(),
                Optional.ofNullable(content.get(INVOKE_MODE)).map(mode -> mode.textValue()),
                Optional.ofNullable((ObjectNode) content.get(CORS)),
                Instant.parse(content.required(CREATED).textValue()),
                Instant.parse(content.required(LAST_MODIFIED).textValue()));
    }

    /** What {@link #read} reads. */
    public ObjectNode content() {
        ObjectNode content = JsonNodeFactory.instance
                .objectNode()
                .put(ID, id)
                .put(AUTH_TYPE, authType)
                .put(CREATED, created.toString())
                .put(LAST_MODIFIED, lastModified.toString());
        invokeMode.ifPresent(mode -> content.put(INVOKE_MODE, mode));
        cors.ifPresent(rules -> content.set(CORS, rules));
        return content;
    }

    /** Of the document. */
    public String name() {
        return alias.orElse(FunctionArn.LATEST);
    }

    /** Whether requests have to be signed. */
    public boolean isByIam() {
        return authType.equals("AWS_IAM");
    }

    /** Whether responses go out as they are made. */
    public boolean isStreaming() {
        return invokeMode.filter("RESPONSE_STREAM"::equals).isPresent();
    }
}
