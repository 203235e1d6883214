package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.runtime.access.BrowserSession;
import io.millrace.runtime.access.UrlCaller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The event of payload format 2.0 (lambda-semantics 7.3). */
final class RequestEvent {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final String COOKIE = "cookie";
    private static final String FORWARDED_FOR = "x-forwarded-for";
    private static final String DEFAULT = "$default";

    private RequestEvent() {}

    /** @param caller of a URL that wants signed requests; empty for one that does not */
    static byte[] of(UrlRequest request, Optional<UrlCaller> caller) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(1024 + request.body().length);
        try (JsonGenerator json = Json.FACTORY.createGenerator(event)) {
            write(json, request, caller);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return event.toByteArray();
    }

    private static void write(JsonGenerator json, UrlRequest request, Optional<UrlCaller> caller) throws IOException {
        json.writeStartObject();
        json.writeStringField("version", "2.0");
        json.writeStringField("routeKey", DEFAULT);
        json.writeStringField("rawPath", request.rawPath());
        json.writeStringField("rawQueryString", request.rawQuery());
        writeCookies(json, request);
        writeTexts(json, "headers", headers(request));
        Map<String, String> query = QueryTexts.decoded(request.rawQuery());
        if (!query.isEmpty()) {
            writeTexts(json, "queryStringParameters", query);
        }
        json.writeObjectFieldStart("requestContext");
        writeContext(json, request, caller);
        json.writeEndObject();
        writeBody(json, request);
        json.writeNullField("pathParameters");
        json.writeNullField("stageVariables");
        json.writeEndObject();
    }

    private static void writeCookies(JsonGenerator json, UrlRequest request) throws IOException {
        List<String> cookies = new ArrayList<>();
        for (String header : request.headers().getAll(COOKIE)) {
            for (String cookie : header.split(";", -1)) {
                // A function at the console's own host is not to act as who looks at the console.
                if (!cookie.isBlank() && !BrowserSession.isOne(cookie.strip())) {
                    cookies.add(cookie.strip());
                }
            }
        }
        if (!cookies.isEmpty()) {
            json.writeArrayFieldStart("cookies");
            for (String cookie : cookies) {
                json.writeString(cookie);
            }
            json.writeEndArray();
        }
    }

    private static Map<String, String> headers(UrlRequest request) {
        Map<String, String> headers = new TreeMap<>();
        for (Map.Entry<String, String> header : request.headers()) {
            headers.merge(header.getKey().toLowerCase(Locale.ROOT), header.getValue(), (one, more) -> one + "," + more);
        }
        headers.remove(COOKIE);
        // Who stood before us has told whom it stood for; what it told is no proof.
        headers.merge(FORWARDED_FOR, request.sourceIp(), (others, last) -> others + ", " + last);
        headers.put("x-forwarded-port", String.valueOf(request.port()));
        headers.put("x-forwarded-proto", request.scheme());
        headers.put("x-amzn-trace-id", request.trace());
        return headers;
    }

    private static void writeTexts(JsonGenerator json, String member, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(member);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }

    private static void writeContext(JsonGenerator json, UrlRequest request, Optional<UrlCaller> caller)
            throws IOException {
        json.writeStringField("accountId", caller.orElse(UrlCaller.ANONYMOUS).account());
        json.writeStringField("apiId", request.apiId());
        json.writeNullField("authentication");
        if (caller.isPresent()) {
            writeAuthorizer(json, caller.get());
        }
        json.writeStringField("domainName", request.domain());
        json.writeStringField("domainPrefix", request.domainPrefix());
        json.writeObjectFieldStart("http");
        json.writeStringField("method", request.method());
        json.writeStringField("path", request.rawPath());
        json.writeStringField("protocol", request.protocol());
        json.writeStringField("sourceIp", request.sourceIp());
        json.writeStringField("userAgent", request.headers().get("user-agent"));
        json.writeEndObject();
        json.writeStringField("requestId", request.id());
        json.writeStringField("routeKey", DEFAULT);
        json.writeStringField("stage", DEFAULT);
        json.writeStringField("time", TIME.format(request.at()));
        json.writeNumberField("timeEpoch", request.at().toEpochMilli());
    }

    private static void writeAuthorizer(JsonGenerator json, UrlCaller caller) throws IOException {
        json.writeObjectFieldStart("authorizer");
        json.writeObjectFieldStart("iam");
        json.writeStringField("accessKey", caller.accessKey());
        json.writeStringField("accountId", caller.account());
        // A key of this platform stands for its owner, who is no user or session with an id of its own.
        json.writeStringField("callerId", caller.accessKey());
        json.writeNullField("cognitoIdentity");
        json.writeNullField("principalOrgId");
        json.writeStringField("userArn", caller.userArn());
        json.writeStringField("userId", caller.accessKey());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeBody(JsonGenerator json, UrlRequest request) throws IOException {
        byte[] body = request.body();
        if (body.length == 0) {
            json.writeBooleanField("isBase64Encoded", false);
            return;
        }
        Optional<String> text = TextBodies.text(request.headers().get("content-type"), body);
        json.writeStringField("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(body)));
        json.writeBooleanField("isBase64Encoded", text.isEmpty());
    }
}
