package io.millrace.deadletter.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** At a broker where not everybody may do everything. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ForbiddenTest {
    private static ActiveMQServer server;
    private static int port;

    /** The reader may browse; the manager may use the management as well, but not take dead letters. */
    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        SecurityConfiguration users = new SecurityConfiguration();
        for (String user : List.of("admin", "reader", "manager")) {
            users.addUser(user, user);
            users.addRole(user, user);
        }
        Configuration config = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(true)
                .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:" + port + "?protocols=AMQP");
        // Queues for replies have names that nobody knows beforehand.
        config.putSecurityRoles("#", Set.of(all("admin"), most("reader"), most("manager")));
        config.putSecurityRoles("dlq.#", Set.of(all("admin"), browse("reader"), browse("manager")));
        config.putSecurityRoles("activemq.management", Set.of(all("admin"), most("reader"), all("manager")));
        server =
                new ActiveMQServerImpl(config, new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        server.start();
        try (DeadFunction function = new DeadFunction(address("admin"))) {
            function.die("orders", 3);
        }
    }

    private static Role all(String user) {
        return new Role(user, true, true, true, true, true, true, true, true, true, true, true, true);
    }

    private static Role most(String user) {
        return new Role(user, true, true, true, true, true, true, false, true, true, true, false, false);
    }

    private static Role browse(String user) {
        return new Role(user, false, false, false, false, false, false, false, true, false, false, false, false);
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    private static BrokerAddress address(String user) {
        return BrokerAddress.parse("amqp://" + user + ":" + user + "@127.0.0.1:" + port);
    }

    private record Ran(int exitCode, String err) {}

    private static Ran dlq(String user, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--broker", "amqp://" + user + ":" + user + "@127.0.0.1:" + port));
        StringWriter err = new StringWriter();
        CommandLine line = DlqCommand.commandLine(
                broker -> DeadLetters.connect(broker, Duration.ofSeconds(60)), new Terminal(false, 120));
        line.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err, true));
        return new Ran(line.execute(all.toArray(String[]::new)), err.toString());
    }

    @Test
    void who_may_not_manage_is_told_so_at_once_and_nothing_is_moved() throws IOException {
        // When
        Ran ran = dlq("reader", "redrive", "orders", "--yes");
        // Then
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCodes.FORBIDDEN);
        assertThat(ran.err())
                .startsWith("redrive: ")
                .contains("permission='MANAGE'")
                .hasLineCount(1);
        assertUnchanged();
    }

    @Test
    void who_may_not_take_dead_letters_cannot_edit_one() throws IOException {
        // When
        Ran ran = dlq("manager", "edit", "orders", "id-1", "--set-header", "a=b", "--yes");
        // Then
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCodes.FORBIDDEN);
        assertThat(ran.err()).contains("permission='CONSUME'").contains("dlq.orders");
        assertUnchanged();
    }

    private static void assertUnchanged() {
        try (DeadLetters letters = DeadLetters.connect(address("admin"), Duration.ofSeconds(60))) {
            assertThat(letters.browse(letters.queue("orders"), Selection.ALL, 10))
                    .hasSize(3);
        }
    }
}
