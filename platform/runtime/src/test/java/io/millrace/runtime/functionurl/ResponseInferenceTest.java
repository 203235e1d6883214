package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ResponseInferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"hello": "a b"}                                    | 200 Content-Type=application/json {"hello":"a b"}
            ["hello", 3, true]                                  | 200 Content-Type=application/json ["hello",3,true]
            {"q": "a \\" b\\\\", "n": 1.10, "e": 1E400 }        | 200 Content-Type=application/json {"q":"a \\" b\\\\","n":1.10,"e":1E400}
            "hello"                                             | 200 Content-Type=application/json hello
            "a\\nb"                                             | `200 Content-Type=application/json a
            b`
            3                                                   | 200 Content-Type=application/json 3
            true                                                | 200 Content-Type=application/json true
            null                                                | 200 Content-Type=application/json null
            {"statusCode": 418, "body": "I am"}                 | 418 Content-Type=application/json I am
            {"statusCode": "418"}                               | `418 Content-Type=application/json `
            {"statusCode": 201.0, "body": {"a": [1, 2]}}        | 201 Content-Type=application/json {"a":[1,2]}
            {"statusCode": 200, "headers": {"content-type": "text/html", "X-N": 3, "X-B": true, "x": null}, "body": "<p>"} | 200 content-type=text/html X-N=3 X-B=true <p>
            {"statusCode": 200, "headers": {"Content-Length": "9", "Transfer-Encoding": "chunked", "Connection": "close"}} | `200 Content-Type=application/json `
            {"statusCode": 200, "cookies": ["a=1; Secure", "b=2"], "body": null} | `200 Content-Type=application/json Set-Cookie=a=1; Secure Set-Cookie=b=2 `
            {"statusCode": 200, "isBase64Encoded": true, "body": "aGk="} | 200 Content-Type=application/json hi
            {"statusCode": 200, "isBase64Encoded": false, "body": "aGk="} | 200 Content-Type=application/json aGk=
            {"headers": {"a": "b"}, "body": "x"}                | 200 Content-Type=application/json {"headers":{"a":"b"},"body":"x"}
            """)
    void a_result_becomes_a_response(String result, String response) {
        HttpAnswer answer = ResponseInference.infer(utf8(result));

        assertThat(answer.status() + " "
                        + answer.headers().stream()
                                .map(header -> header.name() + "=" + header.value())
                                .collect(Collectors.joining(" "))
                        + " " + new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(response);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "{} {}",
                "{\"statusCode\": 99}",
                "{\"statusCode\": 100}",
                "{\"statusCode\": 600}",
                "{\"statusCode\": 200.5}",
                "{\"statusCode\": \"OK\"}",
                "{\"statusCode\": true}",
                "{\"statusCode\": 200, \"headers\": [\"a\"]}",
                "{\"statusCode\": 200, \"headers\": {\"a\": [\"b\"]}}",
                "{\"statusCode\": 200, \"headers\": {\"a b\": \"c\"}}",
                "{\"statusCode\": 200, \"headers\": {\"\": \"c\"}}",
                "{\"statusCode\": 200, \"headers\": {\"a\": \"b\\r\\nSet-Cookie: c=d\"}}",
                "{\"statusCode\": 200, \"headers\": {\"a\": \"b\\u0000\"}}",
                "{\"statusCode\": 200, \"headers\": {\"a\": \"\\u560d\\u560a\"}}",
                "{\"statusCode\": 200, \"headers\": {\"a\\r\\nb\": \"c\"}}",
                "{\"statusCode\": 200, \"headers\": {\"connection\": \"b\\n\"}}",
                "{\"statusCode\": 200, \"cookies\": [\"a=b\\nc\"]}",
                "{\"statusCode\": 200, \"cookies\": \"a=b\"}",
                "{\"statusCode\": 200, \"cookies\": [1]}",
                "{\"statusCode\": 200, \"isBase64Encoded\": true, \"body\": \"*\"}",
                "{\"statusCode\": 200, \"isBase64Encoded\": \"yes\", \"body\": \"aGk=\"}"
            })
    void a_result_that_HTTP_cannot_carry_is_malformed(String result) {
        assertThatThrownBy(() -> ResponseInference.infer(utf8(result))).isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void bytes_come_back_as_they_were_encoded() {
        byte[] answer = ResponseInference.infer(
                        utf8("{\"statusCode\": 200, \"isBase64Encoded\": true, \"body\": \"/wAB\"}"))
                .body();

        assertThat(answer).containsExactly(0xff, 0, 1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
