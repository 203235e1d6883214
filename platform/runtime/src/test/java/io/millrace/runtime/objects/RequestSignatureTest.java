package io.millrace.runtime.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.config.CodeSettings.Credentials;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestSignatureTest {
    private static final RequestSignature EXAMPLE = new RequestSignature(
            new Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1");
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");

    /** "Example: GET Object" in "Signature Calculations for the Authorization Header" of S3's API reference. */
    @Test
    void the_example_of_S3_is_signed_as_S3_does() {
        Map<String, String> headers = EXAMPLE.sign(
                "GET",
                "/test.txt",
                "",
                Map.of("host", "examplebucket.s3.amazonaws.com", "range", "bytes=0-9"),
                RequestSignature.HASH_OF_NOTHING,
                TIME);

        assertThat(headers)
                .containsEntry("x-amz-date", "20130524T000000Z")
                .containsEntry(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    /** "Example: PUT Object" there. */
    @Test
    void a_body_is_signed_by_its_hash() {
        Map<String, String> headers = EXAMPLE.sign(
                "PUT",
                "/test%24file.text",
                "",
                Map.of(
                        "host",
                        "examplebucket.s3.amazonaws.com",
                        "date",
                        "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class",
                        "REDUCED_REDUNDANCY"),
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                TIME);

        assertThat(headers.get("authorization"))
                .endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    /** The example of "Authenticating Requests: Using Query Parameters" there. */
    @Test
    void an_address_is_signed_for_whoever_has_it() {
        String query = EXAMPLE.queryToRead("/test.txt", "examplebucket.s3.amazonaws.com", TIME, Duration.ofDays(1));

        assertThat(query)
                .isEqualTo("X-Amz-Algorithm=AWS4-HMAC-SHA256"
                        + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    }
}
