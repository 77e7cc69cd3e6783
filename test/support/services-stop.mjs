export default async function startServices() {}
