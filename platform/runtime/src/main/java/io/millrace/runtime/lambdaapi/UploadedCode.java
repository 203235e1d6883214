package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.lambdaapi.LambdaApiException.SerializationException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ServiceUnavailableException;
import io.millrace.runtime.objects.CodeObjects;
import io.millrace.runtime.objects.ObjectName;
import io.millrace.runtime.objects.ObjectUnavailableException;
import io.millrace.runtime.objects.ObjectUnavailableException.NoPlace;
import io.millrace.runtime.objects.ObjectUnavailableException.Refused;
import io.millrace.runtime.objects.ObjectUnavailableException.TooLarge;
import io.millrace.runtime.objects.ObjectUnavailableException.Unreachable;
import io.vertx.core.Future;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The archive that a request brings as ZipFile, or names by S3Bucket and S3Key (lambda-semantics 5.2). The texts of S3
 * are those of AWS.
 */
final class UploadedCode {
    private static final Pattern DOTS_ALONE = Pattern.compile("(.*/)?\\.\\.?(/.*)?", Pattern.DOTALL);
    private static final String ZIP = "ZipFile";
    private static final String BUCKET = "S3Bucket";
    private static final String KEY = "S3Key";
    private static final String VERSION = "S3ObjectVersion";

    private final CodeObjects objects;

    UploadedCode(CodeObjects objects) {
        this.objects = objects;
    }

    /** @return fails with LambdaApiException if there is none, or too much */
    Future<byte[]> archive(Request request, Members code) {
        UnsupportedMembers.refuse(code.object());
        Optional<String> base64 = code.text(ZIP);
        if (base64.isEmpty()) {
            ObjectName object = object(code);
            return objects.read(object, RequestLimits.ZIPPED_BYTES - 1)
                    .recover(failure -> Future.failedFuture(
                            failure instanceof ObjectUnavailableException told ? refusal(told) : failure));
        }
        if (List.of(BUCKET, KEY, VERSION).stream().anyMatch(code::has)) {
            throw new InvalidParameterValueException(
                    "Please do not provide other FunctionCode parameters when providing a ZipFile.");
        }
        return request.blocking(() -> zip(base64.get()));
    }

    private static ObjectName object(Members code) {
        Optional<String> bucket = code.text(BUCKET);
        Optional<String> key = code.text(KEY);
        if (bucket.isEmpty() || key.isEmpty()) {
            throw new InvalidParameterValueException("Please provide a source for function code.");
        }
        // A server, or the file system, would take them for other folders.
        if (DOTS_ALONE.matcher(key.get()).matches()) {
            throw new InvalidParameterValueException(
                    "S3Key is '" + key.get() + "', expected one without the segments '.' and '..'.");
        }
        return new ObjectName(bucket.get(), key.get(), code.text(VERSION));
    }

    private static LambdaApiException refusal(ObjectUnavailableException failure) {
        if (failure instanceof Refused refused) {
            return new InvalidParameterValueException("Error occurred while GetObject. S3 Error Code: " + refused.code()
                    + ". S3 Error Message: " + refused.text());
        }
        if (failure instanceof TooLarge) {
            return tooLarge();
        }
        if (failure instanceof NoPlace) {
            return new InvalidParameterValueException(
                    "Code in S3 cannot be read: " + failure.getMessage() + ". Or send the code as ZipFile.");
        }
        if (failure instanceof Unreachable) {
            return new ServiceUnavailableException("Code in S3 cannot be read: " + failure.getMessage());
        }
        throw new IllegalStateException("a refusal of code in S3 without an answer", failure);
    }

    private static byte[] zip(String base64) {
        byte[] archive = decoded(base64);
        if (archive.length >= RequestLimits.ZIPPED_BYTES) {
            throw tooLarge();
        }
        return archive;
    }

    private static RequestEntityTooLargeException tooLarge() {
        return new RequestEntityTooLargeException(
                "Zipped size must be smaller than " + RequestLimits.ZIPPED_BYTES + " bytes");
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new SerializationException(
                    "STRING_VALUE can not be converted to a Blob at 'zipFile': it is not base64");
        }
    }
}
