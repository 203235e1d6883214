/** GitHub webhooks, routed by event type. */
@NullMarked
package io.millrace.examples.webhooks;

import org.jspecify.annotations.NullMarked;
