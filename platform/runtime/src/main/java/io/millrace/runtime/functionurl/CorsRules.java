package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.functionurl.HttpAnswer.Header;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which pages of other origins may use a function's URL; they win over what the function says (lambda-semantics 7.4).
 *
 * @param rules as the API has them
 */
record CorsRules(ObjectNode rules) {
    private static final String ANY = "*";
    private static final String ORIGIN = "Origin";
    private static final String WANTED_METHOD = "Access-Control-Request-Method";
    private static final String WANTED_HEADERS = "Access-Control-Request-Headers";

    /** Whether a browser asks what it may do before it does it. */
    static boolean isPreflight(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(ORIGIN)
                && request.headers().contains(WANTED_METHOD);
    }

    /** The answer to such a question; the function is not asked. */
    HttpAnswer preflight(HttpServerRequest request) {
        List<Header> headers = new ArrayList<>(ofOrigin(request));
        if (isAdmitted(request)) {
            allowed("AllowMethods", request.getHeader(WANTED_METHOD))
                    .ifPresent(methods -> headers.add(new Header("Access-Control-Allow-Methods", methods)));
            allowed("AllowHeaders", request.getHeader(WANTED_HEADERS))
                    .ifPresent(names -> headers.add(new Header("Access-Control-Allow-Headers", names)));
            if (rules.hasNonNull("MaxAge")) {
                headers.add(
                        new Header("Access-Control-Max-Age", rules.get("MaxAge").asText()));
            }
        }
        return new HttpAnswer(200, headers, new byte[0]);
    }

    /** The answer with these rules instead of the function's own. */
    HttpAnswer over(HttpServerRequest request, HttpAnswer answer) {
        List<Header> headers = new ArrayList<>(answer.headers());
        headers.removeIf(header -> header.name().toLowerCase(Locale.ROOT).startsWith("access-control-"));
        headers.addAll(ofOrigin(request));
        List<String> exposed = texts("ExposeHeaders");
        if (isAdmitted(request) && !exposed.isEmpty()) {
            headers.add(new Header("Access-Control-Expose-Headers", String.join(",", exposed)));
        }
        return answer.with(headers);
    }

    private List<Header> ofOrigin(HttpServerRequest request) {
        List<Header> headers = new ArrayList<>();
        boolean isForAll = texts("AllowOrigins").contains(ANY) && !isWithCredentials();
        if (!isForAll) {
            headers.add(new Header("Vary", ORIGIN));
        }
        if (isAdmitted(request)) {
            headers.add(new Header("Access-Control-Allow-Origin", isForAll ? ANY : request.getHeader(ORIGIN)));
            if (isWithCredentials()) {
                headers.add(new Header("Access-Control-Allow-Credentials", "true"));
            }
        }
        return headers;
    }

    private boolean isAdmitted(HttpServerRequest request) {
        String origin = request.getHeader(ORIGIN);
        return origin != null
                && texts("AllowOrigins").stream()
                        .anyMatch(allowed -> allowed.equals(ANY) || allowed.equalsIgnoreCase(origin));
    }

    /** With credentials a browser takes {@code *} for a name, so what it wants is named instead. */
    private Optional<String> allowed(String member, String wanted) {
        List<String> texts = texts(member);
        if (texts.isEmpty()) {
            return Optional.empty();
        }
        if (texts.contains(ANY)) {
            return isWithCredentials() ? Optional.ofNullable(wanted) : Optional.of(ANY);
        }
        return Optional.of(String.join(",", texts));
    }

    private boolean isWithCredentials() {
        return rules.path("AllowCredentials").booleanValue();
    }

    private List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : rules.path(member)) {
            texts.add(text.textValue());
        }
        return texts;
    }
}
