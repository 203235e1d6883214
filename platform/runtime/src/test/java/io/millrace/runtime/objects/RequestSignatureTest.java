package io.millrace.runtime.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.config.CodeSettings.Credentials;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestSignatureTest {

    /** "Example: GET Object" in "Signature Calculations for the Authorization Header" of S3's API reference. */
    @Test
    void the_example_of_S3_is_signed_as_S3_does() {
        RequestSignature signature = new RequestSignature(
                new Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1");

        Map<String, String> headers = signature.sign(
                "/test.txt",
                "",
                Map.of("host", "examplebucket.s3.amazonaws.com", "range", "bytes=0-9"),
                Instant.parse("2013-05-24T00:00:00Z"));

        assertThat(headers)
                .containsEntry("x-amz-date", "20130524T000000Z")
                .containsEntry(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }
}
