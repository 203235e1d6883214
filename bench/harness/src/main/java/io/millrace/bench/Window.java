package io.millrace.bench;

/**
 * What one lane did while it was measured.
 *
 * @param perSecond events that ended, per second
 * @param medianMicros median latency in microseconds, 0 where the lane records none
 * @param p99Micros 99th percentile of the latency in microseconds, 0 where the lane records none
 * @param processorMicros processor time of all processes of the run per event that ended, in microseconds: unlike the
 *     rate it hardly moves when neighbours use the machine
 */
record Window(double perSecond, double medianMicros, double p99Micros, double processorMicros) {}
