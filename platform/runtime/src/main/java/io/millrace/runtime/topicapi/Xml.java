package io.millrace.runtime.topicapi;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Writes an answer. For one thread. */
final class Xml {
    private static final String NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
    private static final char REPLACEMENT = '\ufffd';

    private final StringBuilder text = new StringBuilder(512);

    /** @param result the members of the operation's result */
    static String response(String action, String requestId, Xml result) {
        return "<" + action + "Response xmlns=\"" + NAMESPACE + "\"><" + action + "Result>" + result.text + "</"
                + action
                + "Result><ResponseMetadata><RequestId>" + requestId + "</RequestId></ResponseMetadata></" + action
                + "Response>";
    }

    static String error(Refusal refusal, String requestId) {
        Xml error = new Xml()
                .put("Type", refusal.isCallers() ? "Sender" : "Receiver")
                .put("Code", refusal.code())
                .put("Message", refusal.text());
        return "<ErrorResponse xmlns=\"" + NAMESPACE + "\"><Error>" + error.text + "</Error><RequestId>" + requestId
                + "</RequestId></ErrorResponse>";
    }

    Xml put(String name, String value) {
        text.append('<').append(name).append('>');
        escape(value);
        text.append("</").append(name).append('>');
        return this;
    }

    <T> Xml list(String name, List<T> items, BiConsumer<Xml, T> render) {
        text.append('<').append(name).append('>');
        for (T item : items) {
            text.append("<member>");
            render.accept(this, item);
            text.append("</member>");
        }
        text.append("</").append(name).append('>');
        return this;
    }

    Xml map(String name, Map<String, String> entries) {
        text.append('<').append(name).append('>');
        entries.forEach((key, value) -> {
            text.append("<entry>");
            put("key", key).put("value", value);
            text.append("</entry>");
        });
        text.append("</").append(name).append('>');
        return this;
    }

    private void escape(String value) {
        value.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                case '\r' -> text.append("&#13;");
                default -> text.appendCodePoint(isAllowed(point) ? point : REPLACEMENT);
            }
        });
    }

    private static boolean isAllowed(int point) {
        return point == '\t'
                || point == '\n'
                || (point >= 0x20 && (point < 0xd800 || point > 0xdfff) && point < 0xfffe)
                || point >= 0x10000;
    }
}
