/**
 * The time machine: finds past events of a function in the broker's history and lays them out for a redrive job
 * (docs/time-machine.md, docs/adr/0018).
 */
@NullMarked
package io.millrace.runtime.replay;

import org.jspecify.annotations.NullMarked;
