package io.millrace.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The examples that AWS has published for Signature Version 4. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RequestSignerTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final RequestSigner signer = new RequestSigner(
            "AKIDEXAMPLE", SECRET, "us-east-1", InstantSource.fixed(Instant.parse("2015-08-30T12:36:00Z")));

    @Test
    void a_plain_request_is_signed_as_in_the_test_suite() {
        Map<String, String> added =
                signer.sign("service", "GET", URI.create("http://example.amazonaws.com/"), Map.of(), new byte[0]);

        assertThat(added)
                .containsEntry("X-Amz-Date", "20150830T123600Z")
                .containsEntry(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                                + " SignedHeaders=host;x-amz-date,"
                                + " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    @Test
    void a_request_with_a_query_and_a_header_is_signed_as_in_the_guide() {
        Map<String, String> added = signer.sign(
                "iam",
                "GET",
                URI.create("https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers"),
                Map.of("Content-Type", "application/x-www-form-urlencoded;  charset=utf-8 "),
                new byte[0]);

        assertThat(added.get("Authorization"))
                .endsWith("SignedHeaders=content-type;host;x-amz-date,"
                        + " Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    @Test
    void the_key_of_a_scope_is_derived_as_in_the_guide() {
        assertThat(HexFormat.of().formatHex(new Scope("20150830", "us-east-1", "iam").key(SECRET)))
                .isEqualTo("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    @Test
    void a_path_is_encoded_once_more_and_a_query_brought_into_order() {
        String text = CanonicalRequest.text(
                "GET",
                "/2015-03-31/functions/arn%3Aaws/a~b:c",
                "b=2&a=%20+&b=1&c&X-Amz-Signature=abc&%41=%zz%e4",
                new TreeMap<>(Map.of("host", "h")),
                NOTHING);

        assertThat(text)
                .isEqualTo("GET\n/2015-03-31/functions/arn%253Aaws/a~b%3Ac\n"
                        + "A=%25zz%E4&a=%20%2B&b=1&b=2&c=\nhost:h\n\nhost\n" + NOTHING);
    }
}
