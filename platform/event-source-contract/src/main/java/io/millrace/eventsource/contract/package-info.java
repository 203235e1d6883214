/** Tests that every kind of event source passes, against its real server; a kind extends one of the two classes. */
@NullMarked
package io.millrace.eventsource.contract;

import org.jspecify.annotations.NullMarked;
