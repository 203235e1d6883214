package io.millrace.runtime.deployment;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.registry.FunctionRegistry;

/** What changes of functions work with, each made once. */
record DeploymentParts(
        Changes changes,
        FunctionRegistry registry,
        DeployedVersions versions,
        FunctionQueues queues,
        BrokerPolicies policies,
        Dispatcher dispatcher,
        Reservations reservations,
        Allocations allocations,
        RunningFunctions running,
        AsyncInvokeConfig asyncDefaults) {}
