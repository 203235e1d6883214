package io.millrace.runtime;

import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.embedded.Retention;
import io.millrace.core.concurrency.ConcurrencyRules;
import io.millrace.runtime.config.BrokerSettings;
import io.millrace.runtime.config.ConcurrencySettings;
import io.millrace.runtime.config.EnvironmentSettings;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.environment.process.IsolationLevel;
import io.millrace.runtime.environment.process.ProcessOptions;
import java.nio.file.Path;
import java.util.Locale;

/** Settings as the parts take them that know no settings. */
final class PartOptions {
    private PartOptions() {}

    static EmbeddedBrokerOptions broker(BrokerSettings settings, Path directory) {
        EmbeddedBrokerOptions options = EmbeddedBrokerOptions.of(directory)
                .withHost(settings.host())
                .withAmqpPort(settings.amqp())
                .withCorePort(settings.core())
                .withMqttPort(settings.mqtt())
                .withStompPort(settings.stomp());
        return settings.retention().toMillis() == 0
                ? options
                : options.withRetention(new Retention(settings.retention(), settings.retentionBytes()));
    }

    static ConcurrencyRules concurrency(ConcurrencySettings settings) {
        return new ConcurrencyRules(
                settings.account(),
                settings.minimumUnreserved(),
                settings.requestsPerSecondPerPermit(),
                settings.newEnvironmentsPerTenSeconds());
    }

    static ProcessOptions processes(EnvironmentSettings settings, IdentitySettings identity, Path directory) {
        String level = settings.minimumIsolation().toUpperCase(Locale.ROOT);
        ProcessOptions options = ProcessOptions.in(directory, identity.region(), identity.account())
                .withMinimumIsolation(IsolationLevel.valueOf(level))
                .withMaximumProcesses(settings.maximumProcesses());
        options = settings.controlGroup().map(options::withControlGroup).orElse(options);
        options = settings.pythonClient().map(options::withPythonClient).orElse(options);
        return settings.nodeClient().map(options::withNodeClient).orElse(options);
    }
}
