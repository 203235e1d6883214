package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PreludeTest {
    private static final String NULS = "\0".repeat(8);
    private static final String STREAM =
            "{\"statusCode\":201,\"headers\":{\"a\":\"b\"},\"cookies\":[\"c=d\"]}" + NULS + "\0body";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 50, 1000})
    void it_may_be_cut_anywhere(int size) {
        Prelude prelude = new Prelude();
        List<HttpAnswer> heads = new ArrayList<>();
        Buffer body = Buffer.buffer();
        for (int at = 0; at < STREAM.length(); at += size) {
            Buffer chunk = Buffer.buffer(STREAM.substring(at, Math.min(STREAM.length(), at + size)));
            if (heads.isEmpty()) {
                prelude.take(chunk).ifPresent(heads::add);
            } else {
                body.appendBuffer(chunk);
            }
        }

        assertThat(heads).hasSize(1);
        assertThat(heads.get(0).status()).isEqualTo(201);
        assertThat(heads.get(0).headers())
                .extracting(header -> header.name() + "=" + header.value())
                .containsExactly("a=b", "Content-Type=application/octet-stream", "Set-Cookie=c=d");
        assertThat(Buffer.buffer(heads.get(0).body()).appendBuffer(body).toString())
                .isEqualTo("\0body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "hello",
                "{\"statusCode\":200}x",
                "{\"headers\":{\"a\":\"b\\r\\nc: d\"}}",
                "{\"cookies\":[1]}"
            })
    void what_is_no_prelude_is_malformed(String json) {
        assertThatThrownBy(() -> new Prelude().take(Buffer.buffer(json + NULS)))
                .isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void one_without_end_is_malformed() {
        Prelude prelude = new Prelude();
        prelude.take(Buffer.buffer(" ".repeat(200_000)));

        assertThatThrownBy(() -> prelude.take(Buffer.buffer(" ".repeat(100_000))))
                .isInstanceOf(MalformedResponseException.class);
    }
}
