// One GET asks every partner at once and merges what they answer into one searchset: nginx asks, this merges.
async function ask(r, location) {
    const answer = await r.subrequest(location);
    if (answer.status !== 200) throw new Error('a partner answered ' + answer.status);
    const resource = JSON.parse(answer.responseText);
    return location.startsWith('/merged/') && resource.resourceType === 'Bundle' ? resource.entry || [] : [];
}

async function partner(r, steps) {
    let entries = [];
    for (let step = 0; step < steps.length; step++) {
        const answers = await Promise.all(steps[step].map((location) => ask(r, location)));
        answers.forEach((found) => { entries = entries.concat(found); });
    }
    return entries;
}

async function opening(r) {
    try {
        const partners = JSON.parse(r.variables.partners);
        const answers = await Promise.all(partners.map((steps) => partner(r, steps)));
        const seen = {};
        const entry = [];
        answers.forEach((entries) => entries.forEach((one) => {
            const key = one.fullUrl || one.resource.id && one.resource.resourceType + '/' + one.resource.id;
            // An outcome of the search has neither, and is no part of the record.
            if (!key || seen[key]) return;
            seen[key] = true;
            entry.push(one);
        }));
        r.headersOut['Content-Type'] = 'application/fhir+json';
        r.return(200, JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: entry.length, entry: entry }));
    } catch (error) {
        r.error(error.message);
        r.return(502);
    }
}

export default { opening };
