package io.millrace.runtime.functionurl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which bodies a function gets as a text; all others are base64 (lambda-semantics 7.3). */
final class TextBodies {
    private static final Pattern TEXT =
            Pattern.compile("text/.*|application/(?:.*[+.-])?(?:json|xml|javascript|ecmascript)|.*/.*\\+(?:json|xml)");

    /** No type is longer; the pattern takes the square of a length, and a caller has 64 KB of headers. */
    private static final int LONGEST_TYPE = 255;

    private TextBodies() {}

    /** Empty for another type, for one that nobody told, and for bytes that are not UTF-8. */
    static Optional<String> text(@Nullable String contentType, byte[] body) {
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (type.length() > LONGEST_TYPE || !TEXT.matcher(type).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
