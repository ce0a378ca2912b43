package main

import (
	"context"
	"fmt"
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

func configMap(name, value string, labels map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Data: map[string]string{"value": value}}
}

func deployment(name string, replicas int32) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	containers := []corev1.Container{{Name: "c", Image: "example.com/c:1"}}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{
		Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: containers}}}}
}

// writes: each call of a typed client, and the errors that controllers tell apart.
func (w world) writes(ctx context.Context) facts {
	maps := w.typed.CoreV1().ConfigMaps(namespace)
	first := must2(maps.Create(ctx, configMap("w", "a", nil), metav1.CreateOptions{}))
	_, again := maps.Create(ctx, configMap("w", "a", nil), metav1.CreateOptions{})
	_, invalid := maps.Create(ctx, configMap("No_Name", "a", nil), metav1.CreateOptions{})
	_, dry := maps.Create(ctx, configMap("dry", "a", nil), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	must(dry)
	_, absent := maps.Get(ctx, "dry", metav1.GetOptions{})
	changed := first.DeepCopy()
	changed.Data["value"] = "b"
	second := must2(maps.Update(ctx, changed, metav1.UpdateOptions{}))
	_, stale := maps.Update(ctx, first, metav1.UpdateOptions{})
	tries := 0
	must(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		tries++
		object := first // the first time an old one, as a cache would give it
		if tries > 1 {
			object = must2(maps.Get(ctx, "w", metav1.GetOptions{}))
		}
		object = object.DeepCopy()
		object.Data["value"] = "c"
		_, err := maps.Update(ctx, object, metav1.UpdateOptions{})
		return err
	}))
	made := must2(maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "made-"}}, metav1.CreateOptions{}))
	wrongUID := maps.Delete(ctx, "w", metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions("00000000-0000-4000-8000-000000000000")})
	must(maps.Delete(ctx, made.Name, *metav1.NewPreconditionDeleteOptions(string(made.UID))))
	_, gone := maps.Get(ctx, made.Name, metav1.GetOptions{})
	return facts{
		"again": apierrors.IsAlreadyExists(again), "invalid": apierrors.IsInvalid(invalid), "dry": apierrors.IsNotFound(absent),
		"grew": first.ResourceVersion != second.ResourceVersion && first.UID == second.UID, "stale": apierrors.IsConflict(stale), "tries": tries,
		"made": len(made.Name), "wrongUID": apierrors.IsConflict(wrongUID), "gone": apierrors.IsNotFound(gone),
		"value": must2(maps.Get(ctx, "w", metav1.GetOptions{})).Data["value"], "scaled": w.scale(ctx), "status": w.status(ctx),
	}
}

// scale by the subresource that autoscalers use.
func (w world) scale(ctx context.Context) int32 {
	deployments := w.typed.AppsV1().Deployments(namespace)
	must2(deployments.Create(ctx, deployment("scaled", 0), metav1.CreateOptions{}))
	must(retry.RetryOnConflict(retry.DefaultRetry, func() error { // its controller writes the status meanwhile
		scale := must2(deployments.GetScale(ctx, "scaled", metav1.GetOptions{}))
		scale.Spec.Replicas = 3
		_, err := deployments.UpdateScale(ctx, "scaled", scale, metav1.UpdateOptions{})
		return err
	}))
	replicas := *must2(deployments.Get(ctx, "scaled", metav1.GetOptions{})).Spec.Replicas
	background := metav1.DeletePropagationBackground
	must(deployments.Delete(ctx, "scaled", metav1.DeleteOptions{PropagationPolicy: &background}))
	return replicas
}

// status is written apart from the rest: what it says of the spec does not count.
func (w world) status(ctx context.Context) []string {
	claims := w.typed.CoreV1().Services(namespace)
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "st"}, Spec: corev1.ServiceSpec{
		Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80}}}}
	made := must2(claims.Create(ctx, service, metav1.CreateOptions{}))
	made.Spec.Ports[0].Port = 81
	made.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.1"}}
	must2(claims.UpdateStatus(ctx, made, metav1.UpdateOptions{}))
	got := must2(claims.Get(ctx, "st", metav1.GetOptions{}))
	must(claims.Delete(ctx, "st", metav1.DeleteOptions{}))
	return []string{fmt.Sprint(got.Spec.Ports[0].Port), got.Status.LoadBalancer.Ingress[0].IP}
}

// patches of all four kinds, and who owns what by applying.
func (w world) patches(ctx context.Context) facts {
	maps := w.typed.CoreV1().ConfigMaps(namespace)
	must2(maps.Create(ctx, configMap("p", "a", nil), metav1.CreateOptions{}))
	for kind, patch := range map[types.PatchType]string{
		types.JSONPatchType: `[{"op":"add","path":"/data/json","value":"1"}]`, types.MergePatchType: `{"data":{"merge":"2"}}`,
		types.StrategicMergePatchType: `{"data":{"strategic":"3"}}`} {
		must2(maps.Patch(ctx, "p", kind, []byte(patch), metav1.PatchOptions{}))
	}
	data := must2(maps.Get(ctx, "p", metav1.GetOptions{})).Data
	ours := coreapply.ConfigMap("applied", namespace).WithData(map[string]string{"mine": "1", "both": "x"})
	must2(maps.Apply(ctx, ours, metav1.ApplyOptions{FieldManager: "one"}))
	theirs := coreapply.ConfigMap("applied", namespace).WithData(map[string]string{"both": "y"})
	_, conflict := maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "two"})
	must2(maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "two", Force: true}))
	less := coreapply.ConfigMap("applied", namespace).WithData(map[string]string{})
	got := must2(maps.Apply(ctx, less, metav1.ApplyOptions{FieldManager: "one"}))
	extracted := must2(coreapply.ExtractConfigMap(got, "two"))
	return facts{"data": data, "conflict": apierrors.IsConflict(conflict), "left": got.Data, "extracted": extracted.Data, "images": w.applyDeployment(ctx)}
}

// applyDeployment: two appliers of one Deployment, each with a container.
func (w world) applyDeployment(ctx context.Context) []string {
	deployments := w.typed.AppsV1().Deployments(namespace)
	labels := map[string]string{"app": "shared"}
	base := func(name string) *appsapply.DeploymentApplyConfiguration {
		container := coreapply.Container().WithName(name).WithImage("example.com/" + name + ":1")
		template := coreapply.PodTemplateSpec().WithLabels(labels).WithSpec(coreapply.PodSpec().WithContainers(container))
		return appsapply.Deployment("shared", namespace).WithSpec(
			appsapply.DeploymentSpec().WithReplicas(0).WithSelector(metaapply.LabelSelector().WithMatchLabels(labels)).WithTemplate(template))
	}
	must2(deployments.Apply(ctx, base("app"), metav1.ApplyOptions{FieldManager: "one"}))
	got := must2(deployments.Apply(ctx, base("sidecar"), metav1.ApplyOptions{FieldManager: "two"}))
	must(deployments.Delete(ctx, "shared", metav1.DeleteOptions{}))
	images := []string{}
	for _, container := range got.Spec.Template.Spec.Containers {
		images = append(images, container.Image)
	}
	return images
}

const pageCount, pageSize = 25, 4

// paging: every object once, over pages.
func (w world) paging(ctx context.Context) facts {
	maps := w.typed.CoreV1().ConfigMaps(namespace)
	labels := map[string]string{"paged": "yes"}
	for n := range pageCount {
		must2(maps.Create(ctx, configMap(fmt.Sprintf("page-%02d", n), "x", labels), metav1.CreateOptions{}))
	}
	pages, seen := 0, []string{}
	list := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		pages++
		return maps.List(ctx, options)
	})
	list.PageSize = pageSize
	must(list.EachListItem(ctx, metav1.ListOptions{LabelSelector: "paged=yes"}, func(object runtime.Object) error {
		seen = append(seen, object.(*corev1.ConfigMap).Name)
		return nil
	}))
	must(maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "paged=yes"}))
	left := must2(maps.List(ctx, metav1.ListOptions{LabelSelector: "paged=yes"}))
	return facts{"pages": pages, "seen": len(seen), "sorted": sort.StringsAreSorted(seen), "left": len(left.Items)}
}
