package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * The Spring Boot service of {@code bench/spring-baseline} in its own process: it publishes with JmsTemplate and
 * consumes with {@code @JmsListener}; the harness only says when.
 */
final class SpringListener implements Lane {

    private static final String MAIN_CLASS = "io.millrace.bench.spring.SpringBaseline";

    private final JvmProcess jvm;

    private SpringListener(JvmProcess jvm) {
        this.jvm = jvm;
    }

    static SpringListener start(Path directory, String classPath, BrokerProcess broker, Load load) {
        JvmProcess jvm = JvmProcess.start(
                "spring",
                directory,
                classPath,
                MAIN_CLASS,
                List.of(
                        "--bench.port=" + broker.corePort(),
                        "--bench.concurrency=" + load.slots(),
                        "--bench.outstanding=" + load.outstanding()));
        expect("ready", jvm.answer());
        return new SpringListener(jvm);
    }

    @Override
    public void resume() {
        expect("resumed", jvm.ask("resume"));
    }

    @Override
    public long completed() {
        return Long.parseLong(jvm.ask("completed"));
    }

    @Override
    public void pause() {
        expect("paused", jvm.ask("pause"));
    }

    @Override
    public void close() {
        jvm.close();
    }

    private static void expect(String expected, String answer) {
        if (!answer.equals(expected)) {
            throw new IllegalStateException("spring answered '" + answer + "', expected '" + expected + "'");
        }
    }
}
