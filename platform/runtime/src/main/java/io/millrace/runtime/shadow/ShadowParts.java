package io.millrace.runtime.shadow;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.observe.Meters;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;

/**
 * What all shadows share.
 *
 * @param budget of what waits
 * @param comparing where results are compared, which may take a while
 */
record ShadowParts(
        Vertx vertx,
        ShadowBudget budget,
        BrokerManagement broker,
        BrokerConnection connection,
        Publisher publisher,
        Dispatcher dispatcher,
        WorkerExecutor comparing,
        IdentitySettings identity,
        Meters meters,
        InstantSource clock) {}
