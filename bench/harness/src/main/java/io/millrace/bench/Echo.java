package io.millrace.bench;

import java.util.Map;

/** What is uploaded as a Java function: its class file is all of it, so it uses nothing but the JDK. */
public final class Echo {

    /** Gives its event back. */
    public Map<String, Object> handle(Map<String, Object> event) {
        return event;
    }
}
