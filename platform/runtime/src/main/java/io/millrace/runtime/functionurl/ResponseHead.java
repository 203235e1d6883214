package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.functionurl.HttpAnswer.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Status, headers and cookies as a function gives them (lambda-semantics 7.4). All methods throw
 * MalformedResponseException for what HTTP cannot carry: nothing of a function's reaches the wire unchecked.
 */
final class ResponseHead {
    private static final Pattern STATUS = Pattern.compile("[2-5]\\d\\d");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");
    /** They belong to the connection, which is the server's. */
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "content-length",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private ResponseHead() {}

    /** @param response an object with these as members, each of which may be missing */
    static HttpAnswer read(JsonNode response, int statusWithout, String contentTypeWithout) {
        JsonNode status = response.path("statusCode");
        List<Header> headers = headers(response.path("headers"));
        boolean hasType = headers.stream().anyMatch(header -> header.name().equalsIgnoreCase("content-type"));
        if (!hasType) {
            headers.add(new Header("Content-Type", contentTypeWithout));
        }
        for (String cookie : cookies(response.path("cookies"))) {
            headers.add(new Header("Set-Cookie", cookie));
        }
        return new HttpAnswer(isAbsent(status) ? statusWithout : status(status), headers, new byte[0]);
    }

    private static int status(JsonNode status) {
        boolean isWhole = status.isIntegralNumber() || (status.isNumber() && status.doubleValue() % 1 == 0);
        String text = isWhole ? String.valueOf(status.longValue()) : status.isTextual() ? status.textValue() : "";
        if (!STATUS.matcher(text).matches()) {
            throw new MalformedResponseException("statusCode is no number from 200 to 599");
        }
        return Integer.parseInt(text);
    }

    private static List<Header> headers(JsonNode headers) {
        List<Header> read = new ArrayList<>();
        if (isAbsent(headers)) {
            return read;
        }
        if (!headers.isObject()) {
            throw new MalformedResponseException("headers is no object");
        }
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            if (header.getValue().isNull()) {
                continue;
            }
            if (!header.getValue().isValueNode()
                    || !NAME.matcher(header.getKey()).matches()) {
                throw new MalformedResponseException("headers has a name or value that is none");
            }
            String value = checked(header.getValue().asText());
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                read.add(new Header(header.getKey(), value));
            }
        }
        return read;
    }

    private static List<String> cookies(JsonNode cookies) {
        List<String> read = new ArrayList<>();
        if (isAbsent(cookies)) {
            return read;
        }
        if (!cookies.isArray()) {
            throw new MalformedResponseException("cookies is no list");
        }
        for (JsonNode cookie : cookies) {
            if (!cookie.isTextual()) {
                throw new MalformedResponseException("cookies has an element that is no text");
            }
            read.add(checked(cookie.textValue()));
        }
        return read;
    }

    /** @return the value, which a header can hold */
    static String checked(String value) {
        if (!VALUE.matcher(value).matches()) {
            throw new MalformedResponseException("a header or cookie has a character that HTTP does not allow");
        }
        return value;
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
