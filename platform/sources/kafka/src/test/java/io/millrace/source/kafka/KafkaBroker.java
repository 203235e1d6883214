package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.RealServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A real broker of Apache Kafka, from its own jars, as a process of its own: one for all test classes. */
final class KafkaBroker implements RealServer, AutoCloseable {
    static final String USER = "reader";
    static final String PASSWORD = "it's a \"secret\" \\ of ours";
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Path directory;
    private final int port;
    private final int guardedPort;
    private @Nullable Process process;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** Gives test classes the one broker. */
    static final class Shared implements BeforeAllCallback, ParameterResolver {
        private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(KafkaBroker.class);

        @Override
        public void beforeAll(ExtensionContext context) {
            broker(context);
        }

        private static KafkaBroker broker(ExtensionContext context) {
            return context.getRoot()
                    .getStore(OURS)
                    .getOrComputeIfAbsent(KafkaBroker.class, first -> new KafkaBroker(), KafkaBroker.class);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == KafkaBroker.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return broker(context);
        }
    }

    private KafkaBroker() {
        try {
            directory = Files.createTempDirectory("millrace-kafka");
            port = FreePort.find();
            guardedPort = FreePort.find();
            format(FreePort.find());
        } catch (IOException noDisk) {
            throw new UncheckedIOException(noDisk);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        start();
        addUser(ScramMechanism.SCRAM_SHA_256);
        addUser(ScramMechanism.SCRAM_SHA_512);
    }

    private void addUser(ScramMechanism mechanism) {
        try (Admin admin = admin()) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            USER, new ScramCredentialInfo(mechanism, 4_096), PASSWORD.getBytes(UTF_8))))
                    .all()
                    .get();
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException("user of the broker", failed);
        }
    }

    /** What the tool that formats storage would write. */
    private void format(int controllerPort) throws IOException {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        Files.write(
                logs.resolve("meta.properties"),
                List.of(
                        "version=1",
                        "cluster.id=" + Uuid.randomUuid(),
                        "directory.id=" + Uuid.randomUuid(),
                        "node.id=1"));
        String quoted = PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"");
        String plainUser = "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + USER + "=\""
                + quoted + "\";";
        Files.write(
                directory.resolve("server.properties"),
                List.of(
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.quorum.voters=1@127.0.0.1:" + controllerPort,
                        "controller.listener.names=CONTROLLER",
                        "inter.broker.listener.name=OPEN",
                        "listeners=OPEN://127.0.0.1:" + port + ",GUARDED://127.0.0.1:" + guardedPort
                                + ",CONTROLLER://127.0.0.1:" + controllerPort,
                        "advertised.listeners=OPEN://127.0.0.1:" + port + ",GUARDED://127.0.0.1:" + guardedPort,
                        "listener.security.protocol.map="
                                + "OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT",
                        "listener.name.guarded.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                        "listener.name.guarded.plain.sasl.jaas.config=" + plainUser.replace("\\", "\\\\"),
                        "listener.name.guarded.scram-sha-256.sasl.jaas.config="
                                + "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                        "listener.name.guarded.scram-sha-512.sasl.jaas.config="
                                + "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                        "log.dirs=" + logs,
                        "auto.create.topics.enable=true", // So that a reader that made topics would be seen.
                        "offsets.topic.num.partitions=1",
                        "offsets.topic.replication.factor=1",
                        "transaction.state.log.replication.factor=1",
                        "transaction.state.log.min.isr=1",
                        "group.initial.rebalance.delay.ms=0",
                        "message.max.bytes=16000000",
                        "replica.fetch.max.bytes=16000000",
                        "log.cleaner.enable=false"));
    }

    String bootstrapServer() {
        return "127.0.0.1:" + port;
    }

    /** Where a user and password are asked for. */
    String guardedServer() {
        return "127.0.0.1:" + guardedPort;
    }

    @Override
    public void start() {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            "kafka.Kafka",
                            directory.resolve("server.properties").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("out").toFile()))
                    .start();
        } catch (IOException noProcess) {
            throw new UncheckedIOException(noProcess);
        }
        Process started = process;
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .until(() -> {
                    if (!started.isAlive()) {
                        throw new IllegalStateException(
                                "The broker has ended:\n" + Files.readString(directory.resolve("out")));
                    }
                    try (Admin admin = admin(Duration.ofSeconds(10))) {
                        return !admin.describeCluster().nodes().get().isEmpty();
                    }
                });
    }

    /** As {@code kill -9}. */
    @Override
    public void stop() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    Admin admin() {
        return admin(LONG);
    }

    private Admin admin(Duration patience) {
        String millis = Long.toString(patience.toMillis());
        return Admin.create(Map.of(
                "bootstrap.servers",
                bootstrapServer(),
                "request.timeout.ms",
                millis,
                "default.api.timeout.ms",
                millis,
                "enable.metrics.push",
                "false"));
    }

    /** A new topic. */
    Topic create(int partitions) {
        String name = "topic." + UUID.randomUUID();
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
            // Its leaders are known a little later.
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(ExecutionException.class)
                    .until(() -> admin.describeTopics(List.of(name)).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .allMatch(partition -> partition.leader() != null));
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException("topic " + name, failed);
        }
        return new Topic(name);
    }

    final class Topic implements LogUnderTest {
        final String name;

        private Topic(String name) {
            this.name = name;
        }

        @Override
        public void write(List<Written> records) {
            List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
            for (Written record : records) {
                all.add(new ProducerRecord<>(name, bytes(record.key()), bytes(record.value())));
            }
            send(all);
        }

        /** All of them to the server. */
        List<RecordMetadata> send(List<ProducerRecord<byte[], byte[]>> records) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ProducerRecord<byte[], byte[]> record : records) {
                sent.add(producer().send(record));
            }
            producer().flush();
            try {
                List<RecordMetadata> there = new ArrayList<>();
                for (Future<RecordMetadata> one : sent) {
                    there.add(one.get(LONG.toSeconds(), TimeUnit.SECONDS));
                }
                return there;
            } catch (InterruptedException | ExecutionException | java.util.concurrent.TimeoutException failed) {
                throw new IllegalStateException("writing to topic " + name, failed);
            }
        }

        @Override
        public SourceDescription describe(String mapping, StartingPosition from, Optional<Instant> timestamp) {
            return described(bootstrapServer(), name, mapping + "-of-" + name, from, timestamp, List.of());
        }
    }

    static SourceDescription described(
            String server,
            String topic,
            String group,
            StartingPosition from,
            Optional<Instant> timestamp,
            List<AccessConfiguration> access) {
        return new SourceDescription(
                Optional.empty(),
                List.of(server),
                List.of(topic),
                List.of(),
                Optional.of(from),
                timestamp,
                access,
                Optional.of(group));
    }

    private synchronized KafkaProducer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            bootstrapServer(),
                            "max.request.size",
                            "16000000",
                            "enable.metrics.push",
                            "false"),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
        return producer;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException stays) {
            throw new UncheckedIOException(stays);
        }
    }
}
