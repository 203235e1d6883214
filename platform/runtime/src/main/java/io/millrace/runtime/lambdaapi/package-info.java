/**
 * The door that answers the AWS Lambda HTTP API: checks requests, hands invocations to the Invoker and changes to the
 * FunctionAdministration, renders answers and refusals. It knows neither the broker's protocol nor the environments.
 */
@NullMarked
package io.millrace.runtime.lambdaapi;

import org.jspecify.annotations.NullMarked;
