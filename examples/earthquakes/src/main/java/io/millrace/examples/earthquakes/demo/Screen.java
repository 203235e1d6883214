package io.millrace.examples.earthquakes.demo;

import java.nio.charset.Charset;

/**
 * What the place we print to can show.
 *
 * @param terminal whether a line may be written over, or each one stays, as in a file or a pipe
 * @param unicode whether bars, boxes and dots beyond ASCII arrive as such
 */
public record Screen(boolean terminal, boolean unicode) {
    private static final String GLYPHS = "█░│─┼…";

    /** @param charset in which standard output is encoded */
    public static Screen of(boolean terminal, Charset charset) {
        return new Screen(terminal, charset.canEncode() && charset.newEncoder().canEncode(GLYPHS));
    }

    String glyph(String beautiful, String plain) {
        return unicode ? beautiful : plain;
    }
}
