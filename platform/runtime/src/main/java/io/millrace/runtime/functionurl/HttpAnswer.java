package io.millrace.runtime.functionurl;

import java.util.ArrayList;
import java.util.List;

/**
 * What goes back to the caller.
 *
 * @param headers in order; a name may come again
 */
@SuppressWarnings("ArrayRecordComponent") // Sent once, never compared.
record HttpAnswer(int status, List<Header> headers, byte[] body) {

    /** @param value without control characters */
    record Header(String name, String value) {}

    HttpAnswer with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new HttpAnswer(status, more, body);
    }

    HttpAnswer with(List<Header> other) {
        return new HttpAnswer(status, other, body);
    }

    /** A response of these has none, whatever the function says. */
    boolean isBodiless() {
        return status == 204 || status == 205 || status == 304;
    }
}
