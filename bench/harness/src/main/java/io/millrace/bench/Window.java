package io.millrace.bench;

/**
 * What one lane did while it was measured.
 *
 * @param perSecond events that ended, per second
 * @param medianMicros median latency in microseconds, 0 where the lane records none
 */
record Window(double perSecond, double medianMicros) {}
