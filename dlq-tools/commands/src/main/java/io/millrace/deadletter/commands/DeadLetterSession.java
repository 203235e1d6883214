package io.millrace.deadletter.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import java.io.PrintWriter;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every verb has: a broker that it connects to, and somebody who reads what it says, in words or in JSON. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class DeadLetterSession {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    /** @param connect opens what this closes when the verb ends */
    DeadLetterSession(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    /** Connects, for as long as the verb takes. */
    <R> R with(Function<DeadLetters, R> verb) {
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            return verb.apply(deadLetters);
        }
    }

    /** Connects and finds the dead-letter queue that {@code functionOrQueue} names, for as long as the verb takes. */
    <R> R with(String functionOrQueue, BiFunction<DeadLetters, DeadLetterQueue, R> verb) {
        return with(deadLetters -> verb.apply(deadLetters, deadLetters.queue(functionOrQueue)));
    }

    /** Whether a machine reads the output. */
    boolean json() {
        return broker.json;
    }

    Terminal terminal() {
        return terminal;
    }

    CommandLine command() {
        return spec.commandLine();
    }

    PrintWriter out() {
        return command().getOut();
    }

    PrintWriter err() {
        return command().getErr();
    }

    /** Silent where a machine reads the output. */
    StatusLine status() {
        return new StatusLine(out(), json() ? new Terminal(false, terminal.width()) : terminal);
    }

    /** One line of JSON, at once. */
    void tell(ObjectNode line) {
        tell(Words.line(line));
    }

    /** One line, at once. */
    void tell(String line) {
        out().println(line);
        out().flush();
    }

    /** Said beside the output. */
    void remark(String line) {
        err().println(command().getCommandName() + ": " + line);
    }

    /** What the person types. */
    String ask(String question) {
        return terminal.ask(out(), question);
    }

    /** Whether the person answers yes. */
    boolean confirms(String question) {
        return terminal.confirms(out(), question);
    }

    /** @param limit of {@code --limit} */
    void requireLimit(long limit) {
        if (limit < 1) {
            throw misuse("--limit is " + limit + ", expected at least 1");
        }
    }

    /** The command line is wrong. */
    ParameterException misuse(String message) {
        return new ParameterException(command(), message);
    }

    ParameterException misuse(String message, Exception cause) {
        return new ParameterException(command(), message, cause);
    }
}
