package io.millrace.runtime.registry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code arn:aws:lambda:<region>:<account>:layer:<layer>:<number>}. */
public record LayerVersionArn(String region, String account, String layer, int number) {
    private static final Pattern SHAPE =
            Pattern.compile("arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\\d{12}):layer:([a-zA-Z0-9-_]{1,140}):(\\d{1,9})");

    /** Empty when {@code text} is none. */
    public static Optional<LayerVersionArn> parse(String text) {
        Matcher parts = SHAPE.matcher(text);
        return parts.matches()
                ? Optional.of(new LayerVersionArn(
                        parts.group(1), parts.group(2), parts.group(3), Integer.parseInt(parts.group(4))))
                : Optional.empty();
    }

    /** Of the layer, without a version. */
    public String layerArn() {
        return "arn:aws:lambda:" + region + ":" + account + ":layer:" + layer;
    }

    @Override
    public String toString() {
        return layerArn() + ":" + number;
    }
}
