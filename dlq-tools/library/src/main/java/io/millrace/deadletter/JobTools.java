package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Vertx;

/** What planning and driving jobs needs of the broker. */
record JobTools(
        Vertx vertx,
        BrokerManagement management,
        BrokerAddress broker,
        JobRecords records,
        Counting counting,
        Room room,
        AsyncDeadLetters letters,
        Stamping stamping) {}
