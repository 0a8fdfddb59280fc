// cAdvisor as a program: its modules since 0.60 are libraries, and this is what its own main makes of them for Prometheus. It takes
// all flags of cAdvisor's packages, with their defaults; what is left out of the metrics is what cAdvisor's own program leaves out.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/google/cadvisor/container/docker/install"
	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	info "github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

var (
	listen          = flag.String("listen", "127.0.0.1:8080", "address of the metrics")
	storageDuration = flag.Duration("storage_duration", 2*time.Minute, "how long readings are kept in memory")
)

// The metrics that cAdvisor's program leaves out unless it is told otherwise.
var leftOut = container.MetricSet{
	container.MemoryNumaMetrics:              struct{}{},
	container.NetworkTcpUsageMetrics:         struct{}{},
	container.NetworkUdpUsageMetrics:         struct{}{},
	container.NetworkAdvancedTcpUsageMetrics: struct{}{},
	container.ProcessSchedulerMetrics:        struct{}{},
	container.ProcessMetrics:                 struct{}{},
	container.HugetlbUsageMetrics:            struct{}{},
	container.ReferencedMemoryMetrics:        struct{}{},
	container.CPUTopologyMetrics:             struct{}{},
	container.ResctrlMetrics:                 struct{}{},
	container.CPUSetMetrics:                  struct{}{},
}

func main() {
	flag.Parse()
	included := container.AllMetrics.Difference(leftOut)
	resourceManager, err := manager.New(memory.New(*storageDuration, nil), sysfs.NewRealSysFs(),
		manager.HousekeepingConfigFlags, included, []string{""}, []string{""}, "", 0)
	if err != nil {
		log.Fatalf("cannot make the manager: %v", err)
	}
	if err := resourceManager.Start(); err != nil {
		log.Fatalf("cannot start the manager: %v", err)
	}
	http.HandleFunc("/metrics", func(response http.ResponseWriter, request *http.Request) {
		options := info.RequestOptions{IdType: info.TypeName, Count: 1, Recursive: true}
		registry := prometheus.NewRegistry()
		registry.MustRegister(
			metrics.NewPrometheusCollector(resourceManager, metrics.DefaultContainerLabels, included, clock.RealClock{}, options),
			metrics.NewPrometheusMachineCollector(resourceManager, included))
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(response, request)
	})
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	go func() { log.Fatal(http.ListenAndServe(*listen, nil)) }()
	<-ended
	if err := resourceManager.Stop(); err != nil {
		log.Printf("cannot stop the manager: %v", err)
	}
}
